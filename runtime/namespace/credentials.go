package namespace

import (
	"fmt"
	"path"

	"golang.org/x/sys/unix"

	"unitd/internal/script"
)

// Credentials are files that only the processes of a unit see: on a file system of its mount namespace alone, in
// memory, which is gone with the last of them.
type Credentials struct {
	Mount string // an empty directory, in whose place the file system is seen
	Name  string // of the directory in it that holds the files
	Files []Credential
}

// Credential is one of the files.
type Credential struct {
	Name    string
	Content []byte
}

// Place is done inside, by pid 1, behind Furnish. What the files hold is part of the script, so it touches no disk, unless
// the host swaps: an account cannot have a file system in memory that is never swapped (tmpfs(5), noswap).
func (c Credentials) Place(s *script.Script) {
	const private = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	words := "make room for secrets at " + c.Mount
	mount(s, words, text("credentials"), c.Mount, text("tmpfs"), named{"NOSUID|NODEV|NOEXEC", private}, text(c.options()))
	dir := path.Join(c.Mount, c.Name)
	s.Do(words, "mkdirat", unix.SYS_MKDIRAT, script.Named("AT_FDCWD", unix.AT_FDCWD), script.Text(dir), script.Named("0700", 0o700))
	for _, file := range c.Files {
		file.place(s, dir)
	}
	mount(s, "make secrets read-only", none, c.Mount, none, named{"BIND|REMOUNT|RDONLY|NOSUID|NODEV|NOEXEC", unix.MS_BIND | unix.MS_REMOUNT | unix.MS_RDONLY | private}, none)
}

// options bound the file system by what it holds: the directories, and each file rounded up to pages.
func (c Credentials) options() string {
	const page = 64 << 10 // the largest that arm64 has
	size := page
	for _, file := range c.Files {
		size += (len(file.Content)/page + 1) * page
	}
	return fmt.Sprintf("mode=0700,size=%d,nr_inodes=%d", size, len(c.Files)+4)
}

// place reserves the memory before it writes: a write that finds none is a short one, which is no error.
func (f Credential) place(s *script.Script, dir string) {
	words := "place secret " + f.Name
	opened := s.Do(words, "openat", unix.SYS_OPENAT, script.Named("AT_FDCWD", unix.AT_FDCWD), script.Text(path.Join(dir, f.Name)),
		script.Named("O_WRONLY|O_CREAT|O_EXCL", unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL), script.Named("0400", 0o400))
	if size := len(f.Content); size > 0 {
		s.Do(words, "fallocate", unix.SYS_FALLOCATE, script.Result(opened), script.Number(0), script.Number(0), script.Number(size))
		s.Do(words, "write", unix.SYS_WRITE, script.Result(opened), script.Data("(sensitive)", f.Content, 0), script.Number(size))
	}
	s.Do(words, "close", unix.SYS_CLOSE, script.Result(opened))
}
