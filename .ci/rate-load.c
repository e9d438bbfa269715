// Sends requests at a given rate, whatever becomes of those before: one at a time on each of many kept TLS 1.3 connections, of which a
// request takes one that is free. What finds none is not sent, and counted. Latencies are from when a request was due. Prints a line of
// figures for each phase. At a rate of 0 each connection sends its next request when the one before is answered. Connections come from as many loopback addresses as keep each below the gateway's bound of one address.
//
// usage: rate-load PORT CONNECTIONS REQUESTS FIRST PHASE...   with REQUESTS.sizes beside REQUESTS, and phases as NAME:RATE:SECONDS
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MOST_REQUESTS = 1 << 20, MOST_PHASES = 16, PER_ADDRESS = 90, MOST_EVENTS = 512, ANSWER = 4096 };
static const double SETTLE = 10; // seconds that are waited for the last answers

enum state { CONNECTING, FREE, WRITING, READING };
struct connection {
    int file, index, number, phase, size;
    enum state state;
    SSL *ssl;
    double due;
    char answer[ANSWER];
};
struct figures {
    const char *name;
    double rate, seconds, begin, lastBad;
    long due, unsent, good, busy, other, errors;
    float *goodTimes, *busyTimes;
};

static char *requests;
static size_t places[MOST_REQUESTS + 1];
static int known, port, poller;
static SSL_CTX *context;
static struct connection *connections;
// A ring: the one that has been free for longest is taken first, so that none is idle for so long that the gateway closes it.
static int *freeOnes, firstFree, freeCount, wanted, openCount, underWay;
static struct figures phases[MOST_PHASES];

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void release(struct connection *one) {
    one->state = FREE;
    freeOnes[(firstFree + freeCount++) % wanted] = one->index;
}

static void make(struct connection *one) {
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (uint32_t)(one->index / PER_ADDRESS))};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int yes = 1;
    one->file = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (one->file < 0) fail("socket");
    setsockopt(one->file, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    setsockopt(one->file, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    if (bind(one->file, (struct sockaddr *)&from, sizeof from) != 0) fail("bind");
    if (connect(one->file, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS) fail("connect");
    one->ssl = SSL_new(context);
    SSL_set_tlsext_host_name(one->ssl, "localhost");
    SSL_set_fd(one->ssl, one->file);
    SSL_set_connect_state(one->ssl);
    one->state = CONNECTING;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.u32 = (uint32_t)one->index};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, one->file, &event) != 0) fail("epoll_ctl");
}

static void broken(struct connection *one) {
    if (one->state == WRITING || one->state == READING) {
        phases[one->phase].errors++;
        phases[one->phase].lastBad = now();
        underWay--;
    }
    if (one->state == FREE)
        for (int place = firstFree; place < firstFree + freeCount; place++)
            if (freeOnes[place % wanted] == one->index) {
                freeOnes[place % wanted] = freeOnes[(firstFree + --freeCount) % wanted];
                break;
            }
    if (one->state != CONNECTING) openCount--;
    ERR_clear_error();
    SSL_free(one->ssl);
    close(one->file);
    make(one);
}

// The length of the whole answer that begins here; 0 while that is not known.
static int length(const char *answer, int size) {
    const char *end = memmem(answer, (size_t)size, "\r\n\r\n", 4);
    if (!end) return 0;
    int body = 0;
    for (const char *line = answer; line < end; line++)
        if (line[0] == '\n' && strncasecmp(line + 1, "content-length:", 15) == 0) body = atoi(line + 16);
    return (int)(end - answer) + 4 + body;
}

static void answered(struct connection *one) {
    struct figures *phase = &phases[one->phase];
    double time = now();
    float taken = (float)((time - one->due) * 1e3);
    if (one->answer[9] == '2') phase->goodTimes[phase->good++] = taken;
    else if (memcmp(one->answer + 9, "503", 3) == 0) phase->busyTimes[phase->busy++] = taken;
    else phase->other++;
    if (one->answer[9] != '2' || taken > 100) phase->lastBad = time;
    underWay--;
    release(one);
}

static void proceed(struct connection *one) {
    for (;;) {
        int result;
        if (one->state == CONNECTING) {
            if ((result = SSL_do_handshake(one->ssl)) == 1) {
                openCount++;
                release(one);
                continue;
            }
        } else if (one->state == WRITING) {
            size_t size = places[one->number + 1] - places[one->number];
            if ((result = SSL_write(one->ssl, requests + places[one->number], (int)size)) > 0) {
                one->state = READING;
                one->size = 0;
                continue;
            }
        } else {
            char none[64];
            int isFree = one->state == FREE;
            result = SSL_read(one->ssl, isFree ? none : one->answer + one->size, isFree ? (int)sizeof none : ANSWER - one->size);
            if (result > 0) {
                if (isFree) return broken(one); // nobody asked
                one->size += result;
                int whole = length(one->answer, one->size);
                if (whole > 0 && one->size >= whole) {
                    int closes = memmem(one->answer, (size_t)one->size, "onnection: close", 16) != NULL;
                    answered(one);
                    if (closes) return broken(one);
                } else if (one->size == ANSWER) return broken(one);
                continue;
            }
        }
        int reason = SSL_get_error(one->ssl, result);
        if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) broken(one);
        return;
    }
}

static void await(double until) {
    struct epoll_event events[MOST_EVENTS];
    double left = until - now();
    if (left < 0) left = 0;
    struct timespec time = {.tv_sec = (time_t)left, .tv_nsec = (long)((left - (double)(time_t)left) * 1e9)};
    int count = epoll_pwait2(poller, events, MOST_EVENTS, &time, NULL);
    for (int index = 0; index < count; index++) proceed(&connections[events[index].data.u32]);
}

static int compare(const void *left, const void *right) {
    float a = *(const float *)left, b = *(const float *)right;
    return (a > b) - (a < b);
}

static float part(float *times, long count, int percent) {
    qsort(times, (size_t)count, sizeof *times, compare);
    return count ? times[count * percent / 100 < count ? count * percent / 100 : count - 1] : 0;
}

int main(int count, char **words) {
    if (count < 6 || count - 5 > MOST_PHASES) return 64;
    port = atoi(words[1]);
    wanted = atoi(words[2]);
    int next = atoi(words[4]);
    char name[4096];
    snprintf(name, sizeof name, "%s.sizes", words[3]);
    FILE *sizes = fopen(name, "r");
    int file = open(words[3], O_RDONLY);
    struct stat about;
    if (!sizes || file < 0 || fstat(file, &about) != 0) return 66;
    requests = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    size_t size;
    while (known < MOST_REQUESTS && fscanf(sizes, "%zu", &size) == 1) {
        places[known + 1] = places[known] + size;
        known++;
    }
    if (known == 0 || requests == MAP_FAILED) return 66;
    signal(SIGPIPE, SIG_IGN);
    struct rlimit most;
    getrlimit(RLIMIT_NOFILE, &most);
    most.rlim_cur = most.rlim_max;
    setrlimit(RLIMIT_NOFILE, &most);
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    poller = epoll_create1(0);
    connections = calloc((size_t)wanted, sizeof *connections);
    freeOnes = calloc((size_t)wanted, sizeof *freeOnes);
    double deadline = now() + 60;
    for (int index = 0; index < wanted; index++) {
        connections[index].index = index;
        make(&connections[index]);
        while (index - openCount > 64 && now() < deadline) await(now() + 0.1);
    }
    while (openCount < wanted && now() < deadline) await(now() + 0.1);
    if (openCount < wanted) {
        fprintf(stderr, "only %d of %d connections could be made\n", openCount, wanted);
        return 1;
    }
    for (int index = 5; index < count; index++) {
        struct figures *phase = &phases[index - 5];
        char *rate = strchr(words[index], ':'), *seconds = rate ? strchr(rate + 1, ':') : NULL;
        if (!seconds) return 64;
        *rate = *seconds = 0;
        phase->name = words[index];
        phase->rate = atof(rate + 1);
        phase->seconds = atof(seconds + 1);
        size_t room = phase->rate > 0 ? (size_t)(phase->rate * phase->seconds) + 2 : MOST_REQUESTS;
        phase->goodTimes = malloc(sizeof(float) * room);
        phase->busyTimes = malloc(sizeof(float) * room);
        phase->begin = now();
        for (;;) {
            double time = now(), due = phase->rate > 0 ? phase->begin + (double)phase->due / phase->rate : time;
            if (time >= phase->begin + phase->seconds || (size_t)phase->due >= room) break;
            if (due > time) {
                await(due);
                continue;
            }
            if (phase->rate == 0 && freeCount == 0) {
                await(time + 0.1);
                continue;
            }
            // Answers are looked for between requests, so that the sending of many that are due at once delays none.
            if (phase->due % 16 == 0) await(0);
            phase->due++;
            if (freeCount == 0) {
                phase->unsent++;
                phase->lastBad = time;
                continue;
            }
            struct connection *one = &connections[freeOnes[firstFree]];
            firstFree = (firstFree + 1) % wanted;
            freeCount--;
            one->state = WRITING;
            one->number = next++ % known;
            one->phase = index - 5;
            one->due = due;
            underWay++;
            proceed(one);
        }
    }
    double end = now() + SETTLE;
    while (underWay > 0 && now() < end) await(now() + 0.1);
    for (int index = 0; index < count - 5; index++) {
        struct figures *phase = &phases[index];
        double recovered = phase->lastBad > phase->begin ? phase->lastBad - phase->begin : 0;
        printf("FIGURES {\"name\":\"%s\",\"rate\":%.0f,\"seconds\":%.1f,\"due\":%ld,\"unsent\":%ld,\"good\":%ld,\"busy\":%ld,\"other\":%ld,"
               "\"errors\":%ld,\"p50\":%.2f,\"p99\":%.2f,\"busy50\":%.2f,\"busy99\":%.2f,\"until\":%.2f}\n",
               phase->name, phase->rate, phase->seconds, phase->due, phase->unsent, phase->good, phase->busy, phase->other, phase->errors,
               part(phase->goodTimes, phase->good, 50), part(phase->goodTimes, phase->good, 99), part(phase->busyTimes, phase->busy, 50),
               part(phase->busyTimes, phase->busy, 99), recovered);
    }
    if (underWay > 0) fprintf(stderr, "%d requests were never answered\n", underWay);
    return 0;
}
