package journal

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Rotated is a rotated file of a log.
type Rotated struct {
	Start      Position // which one it is, whatever number it has by now
	Number     int      // 1: the latest
	Bytes      int64    // on disk
	At         time.Time
	Compressed bool
}

// Usage is what a log takes on disk.
type Usage struct {
	Live    int64     // bytes of data in the live file
	Rotated []Rotated // oldest first
}

// Usage looks at a log.
func (l *Log) Usage() (Usage, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	live, _, err := l.openLive()
	if err != nil {
		return Usage{}, err
	}
	u := Usage{}
	if live != nil {
		live.Close()
		u.Live = int64(l.top - l.start)
	}
	for _, p := range l.pieces {
		u.Rotated = append(u.Rotated, Rotated{p.start, p.file.number, p.file.size, p.file.at, p.file.gzip})
	}
	return u, nil
}

// Remove removes a rotated file.
func (l *Log) Remove(start Position) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.at(start)
	if p == nil {
		return nil
	}
	if err := removeIfThere(p.file.name(l.path)); err != nil {
		return fmt.Errorf("remove rotated log: %w", err)
	}
	l.forget(p)
	return nil
}

func (l *Log) at(start Position) *piece {
	for _, p := range l.pieces {
		if p.start == start {
			return p
		}
	}
	return nil
}

const (
	// packedAtOnce bytes are compressed without a rest, which takes some milliseconds.
	packedAtOnce = 128 << 10
	// restFactor is how much longer a rest is than the work before it: at most a fifth of a processor.
	restFactor = 4
)

// Compress replaces a rotated file by a compressed one (gzip, RFC 1952) of the same age. It takes its time, so that
// nothing else waits for it, and memory for one block. Rotations may move the file meanwhile, and readers read on.
func (l *Log) Compress(ctx context.Context, start Position) error {
	l.mu.Lock()
	p := l.at(start)
	if p == nil || p.file.gzip || p.file.number == 0 {
		l.mu.Unlock()
		return nil
	}
	pack := p.file.name(l.path) + packSuffix
	plain, err := openForReading(p.file.name(l.path))
	l.mu.Unlock()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer plain.Close()
	if err := packTo(ctx, plain, pack); err != nil {
		return errors.Join(fmt.Errorf("compress rotated log: %w", err), removeIfThere(pack))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.packed(p, pack)
}

// packed puts the compressed file into the place of the plain one.
func (l *Log) packed(p *piece, pack string) error {
	if l.at(p.start) != p { // removed meanwhile
		return removeIfThere(pack)
	}
	next := p.file
	next.gzip = true
	stat, err := os.Stat(pack)
	if err == nil {
		next.size, next.id = stat.Size(), idOf(stat)
		err = os.Rename(pack, next.name(l.path))
	}
	if err != nil {
		return fmt.Errorf("compress rotated log: %w", err)
	}
	before := p.file.name(l.path)
	p.file = next
	return removeIfThere(before)
}

// packTo writes a compressed copy.
func packTo(ctx context.Context, plain *os.File, path string) error {
	stat, err := plain.Stat()
	if err != nil {
		return err
	}
	_ = os.Remove(path)
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|unix.O_NOFOLLOW, stat.Mode().Perm()|0o200)
	if err != nil {
		return err
	}
	defer file.Close()
	zip := gzip.NewWriter(file)
	rest := time.NewTimer(0)
	defer rest.Stop()
	for err == nil {
		begun := time.Now()
		if _, err = io.CopyN(zip, plain, packedAtOnce); err != nil {
			break
		}
		rest.Reset(restFactor * time.Since(begun))
		select {
		case <-rest.C:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	if !errors.Is(err, io.EOF) {
		return err
	}
	if err := zip.Close(); err != nil {
		return err
	}
	return os.Chtimes(path, time.Time{}, stat.ModTime())
}
