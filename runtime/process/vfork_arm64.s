#include "textflag.h"

#define SYS_dup3 24
#define SYS_close 57
#define SYS_exit_group 94
#define SYS_rt_sigprocmask 135
#define SYS_clone 220
#define SYS_execve 221
#define SYS_execveat 281
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
// Nothing is written to the stack, which the child shares.
TEXT ·vforkExec(SB), NOSPLIT, $0-8
	MOVD f+0(FP), R19
	MOVD $SYS_rt_sigprocmask, R8
	MOVD $SIG_SETMASK, R0
	ADD $all, R19, R1
	ADD $mask, R19, R2
	MOVD $8, R3
	SVC

	MOVD $SYS_clone, R8
	MOVD $CLONE_VM_VFORK_SIGCHLD, R0
	MOVD $0, R1
	MOVD $0, R2
	MOVD $0, R3
	MOVD $0, R4
	SVC
	CBZ R0, child

	MOVD R0, pid(R19)
	MOVD $SYS_rt_sigprocmask, R8
	MOVD $SIG_SETMASK, R0
	ADD $mask, R19, R1
	MOVD $0, R2
	MOVD $8, R3
	SVC
	RET

child:
	MOVD moves(R19), R20
	MOVD count(R19), R21

next:
	MOVD 0(R20), R0
	MOVD 8(R20), R1
	MOVD 16(R20), R2
	TBNZ $63, R0, close
	MOVD $SYS_dup3, R8
	SVC
	TBNZ $63, R0, fail
	B moved

close:
	MOVD R1, R0
	MOVD $SYS_close, R8
	SVC

moved:
	ADD $sizeof_move, R20
	SUB $1, R21
	CBNZ R21, next

	MOVD $SYS_execveat, R8
	MOVD file(R19), R0
	ADD $none, R19, R1
	MOVD argv(R19), R2
	MOVD envv(R19), R3
	MOVD $AT_EMPTY_PATH, R4
	SVC

	MOVD $SYS_execve, R8
	MOVD path(R19), R0
	MOVD argv(R19), R1
	MOVD envv(R19), R2
	SVC

fail:
	NEG R0, R0
	MOVD R0, errno(R19)
	MOVD $SYS_exit_group, R8
	MOVD $127, R0
	SVC
	BRK
