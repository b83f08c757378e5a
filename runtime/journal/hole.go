package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// extent is where the data of a live file begin, behind what was taken away, and its size.
func extent(file *os.File) (begin, size int64, err error) {
	var stat unix.Stat_t
	if err := unix.Fstat(int(file.Fd()), &stat); err != nil {
		return 0, 0, fmt.Errorf("read log: %w", err)
	}
	begin, err = unix.Seek(int(file.Fd()), 0, unix.SEEK_DATA)
	switch {
	case errors.Is(err, unix.ENXIO): // no data at all
		return stat.Size, stat.Size, nil
	case err != nil:
		return 0, stat.Size, nil //nolint:nilerr // a file system that cannot tell has no holes
	}
	return min(begin, stat.Size), stat.Size, nil
}

// blockOf is what a file system punches and collapses in multiples of.
func blockOf(file *os.File) int64 {
	const least, most = 4096, 1 << 20
	var stat unix.Statfs_t
	if err := unix.Fstatfs(int(file.Fd()), &stat); err != nil || stat.Bsize < least || stat.Bsize > most {
		return least
	}
	return stat.Bsize
}

// punch makes a hole of the bytes before end; fallocate(2). The kernel does this and an append one after the other.
// errors.ErrUnsupported: the file system has no holes.
func punch(file *os.File, end int64) error {
	err := retry(func() error {
		return unix.Fallocate(int(file.Fd()), unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, 0, end)
	})
	if errors.Is(err, unix.EOPNOTSUPP) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EINVAL) {
		return fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
	}
	return err
}

// collapse removes the first bytes, which makes the file shorter for those who append; fallocate(2). Where the file
// system cannot, the hole stays.
func collapse(file *os.File, length int64) error {
	return retry(func() error {
		return unix.Fallocate(int(file.Fd()), unix.FALLOC_FL_COLLAPSE_RANGE, 0, length)
	})
}

func retry(call func() error) error {
	for {
		if err := call(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// holds tells whether the live file still has all bytes of a copy, so that it and not the copy counts: nothing was
// taken away from it yet.
func holds(path string, copied rotatedFile) bool {
	live, err := openForReading(path)
	if err != nil {
		return false
	}
	defer live.Close()
	begin, size, err := extent(live)
	if err != nil || begin > copied.from || size < copied.from+copied.size {
		return false
	}
	other, err := openForReading(copied.name(path))
	if err != nil {
		return true
	}
	defer other.Close()
	// Where no hole can tell, as after a truncation that so much was written after, the bytes do.
	return sameBytes(io.NewSectionReader(live, copied.from, copied.size), io.NewSectionReader(other, 0, copied.size))
}

func sameBytes(a, b io.Reader) bool {
	one, two := make([]byte, blockSize), make([]byte, blockSize)
	for {
		n, errA := io.ReadFull(a, one)
		m, errB := io.ReadFull(b, two)
		if n != m || !bytes.Equal(one[:n], two[:m]) {
			return false
		}
		if errA != nil || errB != nil {
			return errors.Is(errA, io.EOF) == errors.Is(errB, io.EOF)
		}
	}
}
