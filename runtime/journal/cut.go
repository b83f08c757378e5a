package journal

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// openToCut opens a live file so that its begin can be taken away.
func openToCut(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, fmt.Errorf("rotate log: %w", err)
	}
	if stat, err := file.Stat(); err != nil || !stat.Mode().IsRegular() {
		return nil, errors.Join(fmt.Errorf("rotate log %s: it is no regular file", path), file.Close())
	}
	return file, nil
}

// copyOut makes NAME.copy of a range of the live file, for whom the live file is for. The kernel copies, or shares the
// blocks where the file system can.
func copyOut(live *os.File, path string, part rotatedFile) error {
	stat, err := live.Stat()
	if err != nil {
		return err
	}
	_ = os.Remove(path + copySuffix)
	file, err := os.OpenFile(path+copySuffix, os.O_WRONLY|os.O_CREATE|os.O_EXCL|unix.O_NOFOLLOW, stat.Mode().Perm()|0o200)
	if err != nil {
		return err
	}
	if _, err = live.Seek(part.from, io.SeekStart); err == nil {
		_, err = io.CopyN(file, live, part.size)
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(path+copySuffix))
	}
	return nil
}

// truncate takes everything from a file without holes, after completing the copy.
func truncate(live *os.File, path string, part *rotatedFile, keep bool) (end int64, err error) {
	if keep {
		file, err := os.OpenFile(part.name(path), os.O_WRONLY|os.O_APPEND|unix.O_NOFOLLOW, 0)
		if err != nil {
			return 0, err
		}
		defer file.Close()
		if _, err := live.Seek(part.from+part.size, io.SeekStart); err != nil {
			return 0, err
		}
		more, err := io.Copy(file, live)
		if err != nil {
			return 0, err
		}
		part.size += more
	} else if part.size, err = live.Seek(0, io.SeekEnd); err != nil {
		return 0, err
	}
	return 0, live.Truncate(0)
}
