/* The floor of an unprivileged sweep: non-blocking connects and epoll, by hand, in C.
   connects FIRST_ADDRESS HOSTS FIRST_PORT PORTS IN_FLIGHT; prints "open refused other seconds". */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static long open_ports, refused, other;

static void count(int code) {
    if (code == 0) open_ports++;
    else if (code == ECONNREFUSED) refused++;
    else other++;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    if (argc != 6) return 2;
    unsigned base = ntohl(inet_addr(argv[1]));
    long hosts = atol(argv[2]), first = atol(argv[3]), ports = atol(argv[4]), most = atol(argv[5]);
    long total = hosts * ports, sent = 0, flying = 0;
    int poll = epoll_create1(0);
    struct epoll_event events[512];
    double began = now();
    while (sent < total || flying) {
        while (sent < total && flying < most) {
            struct sockaddr_in to = {.sin_family = AF_INET};
            to.sin_addr.s_addr = htonl(base + sent % hosts);
            to.sin_port = htons(first + sent / hosts);
            int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
            if (fd < 0) return 1;
            sent++;
            if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0 || errno != EINPROGRESS) {
                count(errno == EINPROGRESS ? 0 : errno);
                close(fd);
                continue;
            }
            struct epoll_event wanted = {.events = EPOLLOUT, .data.fd = fd};
            epoll_ctl(poll, EPOLL_CTL_ADD, fd, &wanted);
            flying++;
        }
        int ready = epoll_wait(poll, events, 512, 2000);
        if (ready == 0) break;
        for (int i = 0; i < ready; i++) {
            int code = 0;
            socklen_t size = sizeof code;
            getsockopt(events[i].data.fd, SOL_SOCKET, SO_ERROR, &code, &size);
            close(events[i].data.fd);
            count(code);
            flying--;
        }
    }
    printf("%ld %ld %ld %.6f\n", open_ports, refused, other, now() - began);
    return 0;
}
