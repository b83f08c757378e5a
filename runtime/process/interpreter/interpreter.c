// The interpreter of spawn scripts, and the init of a unit.
//
// It is started by the manager with these files open, and knows nothing else:
//
//	0   the script: a header, its operations and their data, laid out for the address BASE
//	1   the status FIFO of the manager, non-blocking
//	2   the exit file of this invocation, append-only (may be closed)
//	3.. what the program gets, and the interpreter itself; the script moves the former into place and closes the rest
//
// It maps the script, runs the system calls one after the other, and forks where the script says so: the
// child goes on with the script up to execve, the parent becomes the init. The init waits for children,
// writes a record for each, and one more when none is left, and ends.
//
// Whoever enters a pid namespace stays outside of it; only its children are inside. So a script that enters one
// has another fork before that: the child goes on as the one to become the init, child of the manager as well,
// and the parent hands over: it tells the manager who that is, and ends.
//
// A third fork is for the guard of the manager: its child becomes the manager, and when that ends, another does.
//
// There is no libc, no data and no bss: one page of text and one of stack is all that stays resident.
// internal/script writes what is read here, ../record.go reads what is written here; keep the three in step.

typedef unsigned int u32;
typedef unsigned long u64;

#define BASE 0x10000000ul

enum { SCRIPT, FIFO, EXIT_FILE, FIRST_OF_PROGRAM };

// INDIRECT << n: argument n is the address of an earlier result
enum { IGNORE_ERROR = 1, FORK = 2, DECIMAL = 4, HAND_OVER = 8, REPEAT = 16, INDIRECT = 32, AGAIN = 2048 };

struct op {
	u32 nr, flags;
	u64 arg[6], result;
};

struct script {
	u64 token;
	u32 count;
	u32 failed; // operation that failed, counted from 1
	u32 error;
	u32 size;
	u32 seq;         // of the init's first record
	u32 predecessor; // not 0 while the process lives that hands over to this one
	char pid[8];     // of the program as the manager sees it, in decimal; "": as its init does
	struct op ops[];
};

enum { MAGIC = 0x31786e75 }; // "unx1"
enum { FAILED = 1, STARTED, MAIN_EXITED, EXITED, HANDED_OVER, LEFT };

struct record {
	u64 token;
	u32 magic, seq, kind, pid, status;
	u32 op; // FAILED: the operation, counted from 1; else the pid of the program as the manager sees it, 0: as its init does
};

// An exit file never holds more records than this; then it begins again with what is known of the main process.
enum { MOST_RECORDS = 1024 };

enum { ECHILD = 10, CANNOT_EXEC = 127, SEEK_END = 2, PROT_READ_WRITE = 3, MAP_PRIVATE_FIXED = 0x12, WALL = 0x40000000, CLONE_VM = 0x100, FUTEX_WAIT = 0, SIGCHLD = 17 };

// How long the guard waits at least after a manager that has ended before it had a guard of its own, and at most.
enum { SHORTEST_PAUSE = 1, LONGEST_PAUSE = 60 };

// What a process may still use of the stack on which its successor begins.
enum { STACK_OF_PREDECESSOR = 512 };

#if defined(__x86_64__)

enum { SYS_write = 1, SYS_close = 3, SYS_lseek = 8, SYS_mmap = 9, SYS_munmap = 11, SYS_nanosleep = 35, SYS_getpid = 39,
       SYS_clone = 56, SYS_wait4 = 61, SYS_kill = 62, SYS_ftruncate = 77, SYS_futex = 202, SYS_exit_group = 231 };

static inline long call(u64 nr, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f)
{
	register u64 r10 __asm__("r10") = d;
	register u64 r8 __asm__("r8") = e;
	register u64 r9 __asm__("r9") = f;
	long result;
	__asm__ volatile("syscall" : "=a"(result) : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
	return result;
}

// The child runs on the stack of its parent, below all that the parent still needs; that is why it must not return
// into the code of the parent, and why this is no C. Stack 0 is the present one: the parent waits.
static inline long fork_and_proceed(u64 flags, u64 stack, u64 next)
{
	register u64 r10 __asm__("r10") = 0;
	register u64 r8 __asm__("r8") = 0;
	long result;
	__asm__ volatile("syscall\n\t"
	                 "test %%eax, %%eax\n\t"
	                 "jnz 1f\n\t"
	                 "mov %[next], %%rdi\n\t"
	                 "call proceed\n\t"
	                 "push %[status]\n\t"
	                 "pop %%rdi\n\t"
	                 "mov %[exit], %%eax\n\t"
	                 "syscall\n"
	                 "1:"
	                 : "=a"(result)
	                 : "a"(SYS_clone), "D"(flags), "S"(stack), "d"(0), "r"(r10), "r"(r8), [next] "b"(next), [status] "i"(CANNOT_EXEC), [exit] "i"(SYS_exit_group)
	                 : "rcx", "r11", "memory");
	return result;
}

#elif defined(__aarch64__)

enum { SYS_write = 64, SYS_close = 57, SYS_lseek = 62, SYS_mmap = 222, SYS_munmap = 215, SYS_nanosleep = 101, SYS_getpid = 172,
       SYS_clone = 220, SYS_wait4 = 260, SYS_kill = 129, SYS_ftruncate = 46, SYS_futex = 98, SYS_exit_group = 94 };

static inline long call(u64 nr, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f)
{
	register u64 x8 __asm__("x8") = nr;
	register u64 x0 __asm__("x0") = a;
	register u64 x1 __asm__("x1") = b;
	register u64 x2 __asm__("x2") = c;
	register u64 x3 __asm__("x3") = d;
	register u64 x4 __asm__("x4") = e;
	register u64 x5 __asm__("x5") = f;
	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
	return x0;
}

// See above: the child must not return into the code of its parent.
static inline long fork_and_proceed(u64 flags, u64 stack, u64 next)
{
	register u64 x8 __asm__("x8") = SYS_clone;
	register u64 x0 __asm__("x0") = flags;
	register u64 x1 __asm__("x1") = stack;
	register u64 x2 __asm__("x2") = 0;
	register u64 x3 __asm__("x3") = 0;
	register u64 x4 __asm__("x4") = 0;
	register u64 x19 __asm__("x19") = next;
	__asm__ volatile("svc #0\n\t"
	                 "cbnz x0, 1f\n\t"
	                 "mov x0, x19\n\t"
	                 "bl proceed\n\t"
	                 "mov x0, %[status]\n\t"
	                 "mov x8, %[exit]\n\t"
	                 "svc #0\n"
	                 "1:"
	                 : "+r"(x0)
	                 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x19), [status] "i"(CANNOT_EXEC), [exit] "i"(SYS_exit_group)
	                 : "memory");
	return x0;
}

#else
#error "no system call convention for this architecture"
#endif

// The file first: it is the truth, and a FIFO that is full or has no reader loses nothing.
static void append(struct record *r)
{
	call(SYS_write, EXIT_FILE, (u64)r, sizeof *r, 0, 0, 0);
}

static void tell(struct record *r)
{
	call(SYS_write, FIFO, (u64)r, sizeof *r, 0, 0, 0);
}

static void report(struct record *r, struct record *kept, u32 kind, u32 pid, u32 status)
{
	r->kind = kind;
	r->pid = pid;
	r->status = status;
	if (r->seq % MOST_RECORDS == MOST_RECORDS - 1) {
		call(SYS_ftruncate, EXIT_FILE, 0, 0, 0, 0, 0);
		append(kept);
	}
	if (kind != EXITED)
		*kept = *r;
	append(r);
	tell(r);
	r->seq++;
}

__attribute__((noreturn)) static void leave(u64 status)
{
	for (;;)
		call(SYS_exit_group, status, 0, 0, 0, 0, 0);
}

// hand_over tells the manager who goes on.
__attribute__((noreturn)) static void hand_over(struct script *s, u32 successor)
{
	struct record r = { s->token, MAGIC, 0, HANDED_OVER, successor, 0, 0 };
	append(&r);
	tell(&r);
	leave(0);
}

// await_predecessor returns when what hand_over says has been said. The kernel clears the word when that process
// ends, see set_tid_address(2).
static void await_predecessor(struct script *s)
{
	u32 lives;
	while ((lives = *(volatile u32 *)&s->predecessor))
		call(SYS_futex, (u64)&s->predecessor, FUTEX_WAIT, lives, 0, 0, 0);
}

// reside is the life of an init whose program has the pid main; 0: there is none, and children neither.
__attribute__((noreturn)) static void reside(long main)
{
	struct script *s = (struct script *)BASE;
	await_predecessor(s);
	struct record r, kept;
	r.token = s->token;
	r.magic = MAGIC;
	r.seq = s->seq;
	r.op = s->failed;
	if (!r.op)
		for (char *digit = s->pid; *digit; digit++)
			r.op = 10 * r.op + *digit - '0';
	report(&r, &kept, s->failed ? FAILED : STARTED, main, s->error);

	call(SYS_close, SCRIPT, 0, 0, 0, 0, 0);
	for (u64 fd = FIRST_OF_PROGRAM; call(SYS_close, fd, 0, 0, 0, 0, 0) == 0; fd++)
		;
	call(SYS_munmap, BASE, s->size, 0, 0, 0, 0);

	for (;;) {
		u32 status;
		long pid = call(SYS_wait4, -1, (u64)&status, WALL, 0, 0, 0);
		if (pid > 0)
			report(&r, &kept, pid == main ? MAIN_EXITED : EXITED, pid, status);
		if (pid != -ECHILD)
			continue;
		// The end of pid 1 ends all of its namespace, and a hook that has come in from outside is no child of it.
		if (call(SYS_getpid, 0, 0, 0, 0, 0, 0) != 1 || call(SYS_kill, -1, 0, 0, 0, 0, 0) != 0) {
			// The manager need not wait for the end of this process, in which the kernel takes the namespaces down.
			r.kind = LEFT;
			tell(&r);
			leave(0);
		}
		u64 pause[] = { 0, 20000000 }; // a struct timespec of 20 ms
		call(SYS_nanosleep, (u64)pause, 0, 0, 0, 0, 0);
	}
}

// guard has a child go on with operation i whenever the one before has ended; pause, a struct timespec, is how long it
// waits before the first. The child has memory of its own, since operations change their arguments.
__attribute__((noreturn)) static void guard(u64 *pause, u64 i)
{
	for (;;) {
		call(SYS_nanosleep, (u64)pause, 0, 0, 0, 0, 0);
		long child = fork_and_proceed(SIGCHLD, 0, i);
		u32 status = 1;
		if (child > 0)
			call(SYS_wait4, child, (u64)&status, WALL, 0, 0, 0);
		if (!status)
			leave(0); // it has found that it is not wanted
		u64 next = 2 * pause[0];
		pause[0] = next < SHORTEST_PAUSE ? SHORTEST_PAUSE : next > LONGEST_PAUSE ? LONGEST_PAUSE : next;
	}
}

// run comes back when an operation fails: in the child of a fork, or before there was one.
static void run(u64 i)
{
	struct script *s = (struct script *)BASE;
	for (; i < s->count; i++) {
		struct op *op = &s->ops[i];
		for (int n = 0; n < 6; n++)
			if (op->flags & (u32)INDIRECT << n)
				op->arg[n] = *(u64 *)op->arg[n];
		long result = 0;
		if (op->flags & HAND_OVER) {
			char here;
			s->seq = 1;
			s->predecessor = op->arg[0] & CLONE_VM; // with memory of its own the successor could not see it change
			result = fork_and_proceed(op->arg[0], ((u64)&here - STACK_OF_PREDECESSOR) & -16ul, i + 1);
			if (result > 0)
				hand_over(s, result);
			s->seq = s->predecessor = 0;
		} else if (op->flags & FORK) {
			await_predecessor(s);
			result = fork_and_proceed(op->arg[0], 0, i + 1);
			if (result > 0)
				reside(result);
		} else if (op->flags & AGAIN) {
			guard((u64 *)op->arg[0], i + 1);
		} else if (op->flags & DECIMAL) {
			char *to = (char *)op->arg[1];
			u32 unit = 1;
			for (u32 rest = op->arg[0]; rest >= 10; rest /= 10)
				unit *= 10;
			for (; unit; unit /= 10)
				*to++ = '0' + (u32)op->arg[0] / unit % 10;
		} else {
			do
				result = call(op->nr, op->arg[0], op->arg[1], op->arg[2], op->arg[3], op->arg[4], op->arg[5]);
			while (op->flags & REPEAT && --op->arg[0]);
		}
		if (result < 0 && result >= -4095 && !(op->flags & IGNORE_ERROR)) {
			s->failed = i + 1;
			s->error = -result;
			return;
		}
		op->result = result;
	}
}

// proceed is what the child of the fork before operation i does. It comes back where its parent is the init.
__attribute__((used)) void proceed(u64 i)
{
	run(i);
	if (((struct script *)BASE)->ops[i - 1].flags & HAND_OVER)
		reside(0);
}

__attribute__((noreturn)) void start(void)
{
	u64 size = call(SYS_lseek, SCRIPT, 0, SEEK_END, 0, 0, 0);
	call(SYS_mmap, BASE, size, PROT_READ_WRITE, MAP_PRIVATE_FIXED, SCRIPT, 0);
	call(SYS_close, SCRIPT, 0, 0, 0, 0, 0);
	run(0);
	reside(0);
}
