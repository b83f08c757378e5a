"""A program that keeps a counter in the fd store, by libsystemd itself."""

import ctypes
import os
import signal

systemd = ctypes.CDLL("libsystemd.so.0")
FIRST = 3  # SD_LISTEN_FDS_START


def check(result):
    if result < 0:
        raise OSError(-result, os.strerror(-result))
    return result


def listen_fds():
    names = ctypes.POINTER(ctypes.c_char_p)()
    count = check(systemd.sd_listen_fds_with_names(0, ctypes.byref(names)))
    return {names[i].decode(): FIRST + i for i in range(count)}


def watchdog():
    interval = ctypes.c_uint64()
    return interval.value if check(systemd.sd_watchdog_enabled(0, ctypes.byref(interval))) else 0


def store(state, fd):
    check(systemd.sd_pid_notify_with_fds(0, 0, state, ctypes.byref(ctypes.c_int(fd)), 1))


def words(given):
    for name, fd in given.items():
        yield name + ("=" + os.pread(fd, 10, 0).decode() if name == "counter" else "")


given = listen_fds()
text = f"watchdog {watchdog()}, FDSTORE {os.environ['FDSTORE']}: " + " ".join(words(given))

counter = given.get("counter")
if counter is None:
    counter = os.memfd_create("counter")
    store(b"FDSTORE=1\nFDNAME=counter", counter)
    store(b"FDSTORE=1\nFDPOLL=0", os.memfd_create("without a name"))
before = int(os.pread(counter, 10, 0) or b"0")
os.pwrite(counter, str(before + 1).encode(), 0)

check(systemd.sd_notify(0, f"READY=1\nSTATUS={text}".encode()))
check(systemd.sd_notify_barrier(0, ctypes.c_uint64(5_000_000)))
signal.pause()
