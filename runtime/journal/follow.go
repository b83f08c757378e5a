package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"
)

const (
	// pollInterval is how often followed files are looked at; inotify does not work on NFS homes and its
	// instances are few for an account.
	pollInterval = 200 * time.Millisecond
	// holdPartial is how long a line without newline is waited for to be completed.
	holdPartial = time.Second
	// maxPerPoll bytes of one file are read before the others have their turn.
	maxPerPoll = 1 << 20
)

// Follow calls emit for the last n lines (n < 0: all) of each file as Tail does, and then for every line
// that is written, until ctx ends (it returns nil) or emit fails. A line that is not complete is waited
// for, for a second. Files may appear later, be truncated, and be replaced; what was written to a file
// before it was renamed to NAME.1 is read to its end. No file is held open between two looks.
func Follow(ctx context.Context, paths []string, n int, emit func(Line) error) error {
	followed := make([]*follower, len(paths))
	for i, path := range paths {
		followed[i] = &follower{path: path, split: splitter{path: path, emit: emit}}
		if err := followed[i].begin(ctx, n); err != nil {
			return unlessDone(ctx, err)
		}
	}
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-ticker.C:
			for _, f := range followed {
				if err := f.poll(ctx, now); err != nil {
					return unlessDone(ctx, err)
				}
			}
		}
	}
}

func unlessDone(ctx context.Context, err error) error {
	select {
	case <-ctx.Done():
		return nil
	default:
		return err
	}
}

// fileID tells a file from the one that has taken its name.
type fileID struct{ dev, ino uint64 }

func idOf(stat fs.FileInfo) fileID {
	sys := stat.Sys().(*syscall.Stat_t) // always so on Linux
	return fileID{dev: sys.Dev, ino: sys.Ino}
}

// follower is what Follow knows of one file.
type follower struct {
	path   string
	split  splitter
	id     fileID // zero: it does not exist
	offset int64  // where reading goes on
	grew   time.Time
}

// openAndStat opens a log for reading; nil without an error: there is none.
func openAndStat(path string) (*os.File, fs.FileInfo, error) {
	file, err := openForReading(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	stat, err := file.Stat()
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("read log: %w", err), file.Close())
	}
	return file, stat, nil
}

// begin reads the last n lines of the file that is there now; a last one without newline stays held.
func (f *follower) begin(ctx context.Context, n int) error {
	file, stat, err := openAndStat(f.path)
	if file == nil || err != nil {
		return err
	}
	defer file.Close()
	f.id, f.grew = idOf(stat), time.Now()
	f.offset, err = readTail(ctx, file, 0, n, &f.split)
	return err
}

// poll reads what is new.
func (f *follower) poll(ctx context.Context, now time.Time) error {
	stat, err := os.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f.switchTo(ctx, fileID{})
	case err != nil:
		return fmt.Errorf("read log: %w", err)
	case idOf(stat) != f.id:
		if err := f.switchTo(ctx, idOf(stat)); err != nil {
			return err
		}
	case stat.Size() < f.offset:
		f.offset = 0
		if err := f.split.flush(); err != nil {
			return err
		}
	}
	if stat.Size() > f.offset {
		f.grew = now
		return f.read(ctx, f.path, f.offset+maxPerPoll)
	}
	if f.split.holds() && now.Sub(f.grew) >= holdPartial {
		return f.split.flush()
	}
	return nil
}

// switchTo finishes the file that had the name so far, if it can be found, and goes to the begin of the
// one that has it now.
func (f *follower) switchTo(ctx context.Context, id fileID) error {
	if f.id == id {
		return nil
	}
	if f.id != (fileID{}) {
		stat, err := os.Stat(f.path + ".1")
		if err == nil && idOf(stat) == f.id {
			if err := f.read(ctx, f.path+".1", stat.Size()); err != nil {
				return err
			}
		}
		if err := f.split.flush(); err != nil {
			return err
		}
	}
	f.id, f.offset = id, 0
	return nil
}

// read reads from the offset up to limit, if the file at path is still the one that was looked at.
func (f *follower) read(ctx context.Context, path string, limit int64) error {
	file, stat, err := openAndStat(path)
	if file == nil || err != nil {
		return err
	}
	defer file.Close()
	if idOf(stat) != f.id {
		return nil
	}
	f.offset, err = readRange(ctx, file, f.offset, min(limit, stat.Size()), &f.split)
	return err
}
