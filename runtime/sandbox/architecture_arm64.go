package sandbox

import "golang.org/x/sys/unix"

const nativeArchitecture = unix.AUDIT_ARCH_AARCH64
