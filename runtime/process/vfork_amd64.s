#include "textflag.h"

#define SYS_close 3
#define SYS_rt_sigprocmask 14
#define SYS_clone 56
#define SYS_execve 59
#define SYS_exit_group 231
#define SYS_dup3 292
#define SYS_execveat 322
#define SIG_SETMASK 2
#define CLONE_VM_VFORK_SIGCHLD 0x4111
#define AT_EMPTY_PATH 0x1000

#define moves 0
#define count 8
#define file 16
#define path 24
#define argv 32
#define envv 40
#define pid 48
#define errno 56
#define all 64
#define mask 72
#define none 80
#define sizeof_move 24

// func vforkExec(f *forked)
//
// Nothing is pushed to the stack, which the child shares.
TEXT ·vforkExec(SB), NOSPLIT|NOFRAME, $0-8
	MOVQ f+0(FP), BX
	MOVQ $SYS_rt_sigprocmask, AX
	MOVQ $SIG_SETMASK, DI
	LEAQ all(BX), SI
	LEAQ mask(BX), DX
	MOVQ $8, R10
	SYSCALL

	MOVQ $SYS_clone, AX
	MOVQ $CLONE_VM_VFORK_SIGCHLD, DI
	XORL SI, SI
	XORL DX, DX
	XORL R10, R10
	XORL R8, R8
	SYSCALL
	TESTQ AX, AX
	JEQ child

	MOVQ AX, pid(BX)
	MOVQ $SYS_rt_sigprocmask, AX
	MOVQ $SIG_SETMASK, DI
	LEAQ mask(BX), SI
	XORL DX, DX
	MOVQ $8, R10
	SYSCALL
	RET

child:
	MOVQ moves(BX), R12
	MOVQ count(BX), R13

next:
	MOVQ 0(R12), DI
	MOVQ 8(R12), SI
	MOVQ 16(R12), DX
	TESTQ DI, DI
	JMI close
	MOVQ $SYS_dup3, AX
	SYSCALL
	TESTQ AX, AX
	JMI fail
	JMP moved

close:
	MOVQ SI, DI
	MOVQ $SYS_close, AX
	SYSCALL

moved:
	ADDQ $sizeof_move, R12
	DECQ R13
	JNE next

	MOVQ $SYS_execveat, AX
	MOVQ file(BX), DI
	LEAQ none(BX), SI
	MOVQ argv(BX), DX
	MOVQ envv(BX), R10
	MOVQ $AT_EMPTY_PATH, R8
	SYSCALL

	MOVQ $SYS_execve, AX
	MOVQ path(BX), DI
	MOVQ argv(BX), SI
	MOVQ envv(BX), DX
	SYSCALL

fail:
	NEGQ AX
	MOVQ AX, errno(BX)
	MOVQ $SYS_exit_group, AX
	MOVQ $127, DI
	SYSCALL
	INT $3
