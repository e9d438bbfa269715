/// The parts of OpenSSL's libcrypto that the gateway calls: HMAC, SHA-256, constant-time comparison, random
/// bytes, AES-256-GCM.
#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

/// Keys a context of HMAC for SHA-256. In C, since parameters keep pointers to their names, which a string of Swift does
/// not outlive.
static inline int copenssl_hmac_sha256_init(EVP_MAC_CTX *context, const unsigned char *key, size_t length) {
    char digest[] = "SHA256";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_init(context, key, length, parameters);
}

/// Encrypts with AES-256-GCM under a 12-byte nonce and makes a 16-byte tag; 1 on success. `output` has room for `length`.
static inline int copenssl_aes_256_gcm_seal(const unsigned char *key, const unsigned char *nonce,
                                            const unsigned char *context, int context_length,
                                            const unsigned char *input, int length, unsigned char *output,
                                            unsigned char *tag) {
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    int written = 0;
    int status = cipher != NULL && EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, key, nonce) == 1 &&
                 EVP_EncryptUpdate(cipher, NULL, &written, context, context_length) == 1 &&
                 EVP_EncryptUpdate(cipher, output, &written, input, length) == 1 && written == length &&
                 EVP_EncryptFinal_ex(cipher, output + length, &written) == 1 && written == 0 &&
                 EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, 16, tag) == 1;
    EVP_CIPHER_CTX_free(cipher);
    return status;
}

/// Decrypts what `copenssl_aes_256_gcm_seal` made; 1 where the tag is right, and only then is `output` to be used.
static inline int copenssl_aes_256_gcm_open(const unsigned char *key, const unsigned char *nonce,
                                            const unsigned char *context, int context_length,
                                            const unsigned char *input, int length, unsigned char *output,
                                            unsigned char *tag) {
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    int written = 0;
    int status = cipher != NULL && EVP_DecryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, key, nonce) == 1 &&
                 EVP_DecryptUpdate(cipher, NULL, &written, context, context_length) == 1 &&
                 EVP_DecryptUpdate(cipher, output, &written, input, length) == 1 && written == length &&
                 EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, 16, tag) == 1 &&
                 EVP_DecryptFinal_ex(cipher, output + length, &written) == 1;
    EVP_CIPHER_CTX_free(cipher);
    return status;
}

#endif
