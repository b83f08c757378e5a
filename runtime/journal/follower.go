package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// follower follows a file that is rotated by renaming it, as the event log is.
type follower struct {
	path   string
	split  splitter
	id     fileID // zero: it does not exist
	offset int64  // where reading goes on
	grew   time.Time
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

// readRange feeds the bytes between two offsets to split, and returns the offset where it ended: earlier
// than asked if the file has shrunk.
func readRange(ctx context.Context, file io.ReaderAt, from, to int64, split *splitter) (int64, error) {
	block := make([]byte, min(blockSize, max(to-from, 0)))
	for from < to {
		read, err := file.ReadAt(block[:min(int64(len(block)), to-from)], from)
		from += int64(read)
		if err := split.feed(block[:read]); err != nil {
			return from, err
		}
		if errors.Is(err, io.EOF) {
			return from, nil
		}
		if err != nil {
			return from, fmt.Errorf("read log: %w", err)
		}
		if ctx.Err() != nil {
			return from, ctx.Err()
		}
	}
	return from, nil
}
