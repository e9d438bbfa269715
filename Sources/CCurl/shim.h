/// libcurl, with a typed function per kind of argument: the functions that set and get options are variadic and cannot
/// be called from Swift.
#ifndef CCURL_SHIM_H
#define CCURL_SHIM_H

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/// What libcurl calls with bytes of a body, or with one line of a header.
typedef size_t (*ccurl_bytes_callback)(char *bytes, size_t size, size_t count, void *context);

/// What libcurl calls to open the socket of a connection, with the address that the host's name came to.
typedef curl_socket_t (*ccurl_open_callback)(void *context, curlsocktype purpose, struct curl_sockaddr *address);

/// What libcurl calls again and again during a transfer; anything but 0 ends it.
typedef int (*ccurl_progress_callback)(void *context, curl_off_t to_receive, curl_off_t received, curl_off_t to_send,
                                       curl_off_t sent);

static inline CURLcode ccurl_easy_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_easy_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_easy_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_easy_set_pointer(CURL *easy, CURLoption option, const void *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_easy_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_easy_set_bytes_callback(CURL *easy, CURLoption option, ccurl_bytes_callback value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_easy_set_open_callback(CURL *easy, ccurl_open_callback value) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, value);
}

static inline CURLcode ccurl_easy_set_progress_callback(CURL *easy, ccurl_progress_callback value) {
    return curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, value);
}

static inline CURLcode ccurl_easy_get_long(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

static inline int ccurl_limit_unacknowledged(void *context, curl_socket_t socket, curlsocktype purpose) {
#ifdef TCP_USER_TIMEOUT
    unsigned int milliseconds = (unsigned int)(size_t)context;
    (void)setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
#else
    (void)context;
    (void)socket;
#endif
    (void)purpose;
    return CURL_SOCKOPT_OK;
}

/// Makes the kernel end a connection whose peer acknowledges nothing for so long. Without it requests would go on being
/// multiplexed over a connection that is silently dead.
static inline CURLcode ccurl_easy_limit_unacknowledged(CURL *easy, unsigned int milliseconds) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, (void *)(size_t)milliseconds);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, ccurl_limit_unacknowledged);
}

#endif
