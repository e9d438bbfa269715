// Sends each request over a TLS 1.3 connection of its own, from a number of threads, and prints what came of it as wrk's script in
// .ci/benchmark-ingest does. wrk cannot resume sessions; this does, where it is told to.
//
// usage: connect-load PORT THREADS SECONDS REQUESTS FIRST RESUME(0|1)   with REQUESTS.sizes beside REQUESTS
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

enum { MOST_REQUESTS = 1 << 20 };
static char *requests;
static size_t places[MOST_REQUESTS + 1];
static int known, port, resume;
static atomic_int next;
static double end;
static SSL_CTX *context;

struct thread {
    pthread_t id;
    long done, errors, refused, resumed, made;
    SSL_SESSION *session;
    float *times;
};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static int keep(SSL *ssl, SSL_SESSION *session) {
    struct thread *self = SSL_get_app_data(ssl);
    if (self->session) SSL_SESSION_free(self->session);
    self->session = session;
    return 1;
}

// Whether a request was answered 2xx (1), answered otherwise (0), or not answered (-1).
static int ask(struct thread *self, int number) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int result = -1, one = 1, file = socket(AF_INET, SOCK_STREAM, 0);
    SSL *ssl = SSL_new(context);
    SSL_set_app_data(ssl, self);
    SSL_set_tlsext_host_name(ssl, "localhost");
    if (resume && self->session) SSL_set_session(ssl, self->session);
    setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(file, (struct sockaddr *)&address, sizeof address) == 0 && SSL_set_fd(ssl, file) && SSL_connect(ssl) == 1) {
        self->made++;
        self->resumed += SSL_session_reused(ssl);
        int size = (int)(places[number + 1] - places[number]);
        char answer[4096];
        int read = 0, part;
        if (SSL_write(ssl, requests + places[number], size) == size) {
            while (read < (int)sizeof answer && (part = SSL_read(ssl, answer + read, (int)sizeof answer - read)) > 0) read += part;
            if (read > 12 && memcmp(answer, "HTTP/1.1 ", 9) == 0) result = answer[9] == '2';
        }
        SSL_shutdown(ssl);
    }
    SSL_free(ssl);
    close(file);
    return result;
}

static void *run(void *argument) {
    struct thread *self = argument;
    double begin;
    while ((begin = now()) < end) {
        int number = atomic_fetch_add(&next, 1) % known;
        int result = ask(self, number);
        if (result < 0) { self->errors++; continue; }
        if (result == 0) self->refused++;
        if (self->done < MOST_REQUESTS) self->times[self->done] = (float)((now() - begin) * 1e6);
        self->done++;
    }
    return NULL;
}

static int compare(const void *left, const void *right) {
    float a = *(const float *)left, b = *(const float *)right;
    return (a > b) - (a < b);
}

int main(int count, char **words) {
    if (count != 7) return 64;
    port = atoi(words[1]);
    int threads = atoi(words[2]);
    double seconds = atof(words[3]);
    resume = atoi(words[6]);
    char name[4096];
    snprintf(name, sizeof name, "%s.sizes", words[4]);
    FILE *sizes = fopen(name, "r");
    int file = open(words[4], O_RDONLY);
    struct stat about;
    if (!sizes || file < 0 || fstat(file, &about) != 0) return 66;
    requests = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    size_t size;
    while (known < MOST_REQUESTS && fscanf(sizes, "%zu", &size) == 1) {
        places[known + 1] = places[known] + size;
        known++;
    }
    if (known == 0 || requests == MAP_FAILED) return 66;
    atomic_store(&next, atoi(words[5]));
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, keep);
    double begin = now();
    end = begin + seconds;
    struct thread *all = calloc((size_t)threads, sizeof *all);
    for (int index = 0; index < threads; index++) {
        all[index].times = malloc(sizeof(float) * MOST_REQUESTS);
        pthread_create(&all[index].id, NULL, run, &all[index]);
    }
    long done = 0, errors = 0, refused = 0, resumed = 0, made = 0, timed = 0;
    for (int index = 0; index < threads; index++) {
        pthread_join(all[index].id, NULL);
        done += all[index].done, errors += all[index].errors, refused += all[index].refused;
        resumed += all[index].resumed, made += all[index].made;
    }
    double passed = now() - begin;
    float *times = malloc(sizeof(float) * (size_t)(done + 1));
    for (int index = 0; index < threads; index++) {
        long own = all[index].done < MOST_REQUESTS ? all[index].done : MOST_REQUESTS;
        memcpy(times + timed, all[index].times, sizeof(float) * (size_t)own);
        timed += own;
    }
    qsort(times, (size_t)timed, sizeof *times, compare);
    times[timed] = 0;
    printf("FIGURES {\"requests\":%ld,\"us\":%.0f,\"errors\":%ld,\"refused\":%ld,\"p50\":%.0f,\"p99\":%.0f,\"resumed\":%.2f}\n", done,
           passed * 1e6, errors, refused, timed ? times[timed / 2] : 0, timed ? times[timed * 99 / 100] : 0,
           made ? (double)resumed / (double)made : 0);
    return 0;
}
