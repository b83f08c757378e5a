package journal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Rotation takes bytes from the begin of a live file while a program goes on writing to its end, and loses none:
//
//	begun      NAME.copy has the leading blocks
//	copied     it is called NAME.cut-OFFSET
//	taken      they are punched out of the live file: the hole says that the copy counts now
//	named      older ones have moved up; NAME.cut-OFFSET becomes NAME.1
//	collapsed  the hole is gone, where the file system can do that and who writes appends
//
// Whoever finds a half-done rotation can tell from the hole alone whether a line is in the copy or in the live file, so a
// manager that dies between any two steps makes nobody read it twice, or never. A cut falls inside a line as a rule; the
// halves follow each other in the sequence of pieces.
//
// Where a file system has no holes (NFS before 4.2, FAT), the rest is copied too and the file truncated. What is written
// between the last read and the truncation is lost.
type step int

const (
	begun step = iota
	copied
	taken
	named
)

// stopped: a test ends a rotation here.
func (l *Log) stopped(before step) bool { return l.stop != nil && l.stop(before) }

// errStopped ends a rotation in a test.
var errStopped = errors.New("stopped between two steps")

// Rotation is what Rotate has done.
type Rotation struct {
	Bytes     int64 // taken away; 0: there was nothing to take
	Truncated bool  // the file system has no holes: what was written at that moment is lost
}

// Rotate moves about the first most bytes of the live file, whole blocks of it, into NAME.1, after moving that and older
// ones up by one. With appends it may shorten the file, which is right where all who write to it append (open(2),
// O_APPEND); for others it leaves a hole, which costs nothing and keeps their offsets.
func (l *Log) Rotate(most int64, appends bool) (Rotation, error) {
	return l.cut(most, appends, true)
}

// Drop takes away bytes as Rotate does, and keeps no copy.
func (l *Log) Drop(most int64, appends bool) (Rotation, error) {
	return l.cut(most, appends, false)
}

func (l *Log) cut(most int64, appends, keep bool) (r Rotation, err error) {
	live, err := openToCut(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err != nil {
		return r, err
	}
	defer live.Close()
	if err := l.tidy(); err != nil {
		return r, err
	}
	begin, size, err := extent(live)
	if err != nil {
		return r, err
	}
	block := blockOf(live)
	end := begin/block*block + max(most/block*block, block)
	end = min(end, (size-1)/block*block) // the kernel collapses no range that reaches the end
	if end <= begin {
		return r, nil
	}
	part := rotatedFile{from: begin, size: end - begin}
	if keep {
		if err := copyOut(live, l.path, part); err != nil {
			return r, fmt.Errorf("rotate log: %w", err)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.take(live, part, keep, appends)
}

// take makes a copy count and the bytes vanish from the live file. It holds mu.
func (l *Log) take(live *os.File, part rotatedFile, keep, appends bool) (r Rotation, err error) {
	if l.stopped(begun) {
		return r, errStopped
	}
	if err := l.unchanged(live, part); err != nil {
		return r, errors.Join(err, removeIfThere(l.path+copySuffix))
	}
	if keep {
		if err := os.Rename(l.path+copySuffix, part.name(l.path)); err != nil {
			return r, fmt.Errorf("rotate log: %w", err)
		}
	}
	if l.stopped(copied) {
		return r, errStopped
	}
	end := part.from + part.size
	err = errors.ErrUnsupported
	if !l.noHoles {
		err = punch(live, end)
	}
	if errors.Is(err, errors.ErrUnsupported) {
		r.Truncated = true
		end, err = truncate(live, l.path, &part, keep)
	}
	if err != nil {
		return Rotation{}, fmt.Errorf("rotate log: take away from %s: %w", l.path, err)
	}
	r.Bytes = part.size
	l.moved(part, keep)
	if l.stopped(taken) {
		return r, errStopped
	}
	if err := l.name(); err != nil {
		return r, err
	}
	if l.stopped(named) {
		return r, errStopped
	}
	if appends && !r.Truncated {
		_ = collapse(live, end) // or the hole stays
	}
	return r, nil
}

// unchanged checks that nobody has emptied or replaced the live file while it was copied.
func (l *Log) unchanged(live *os.File, part rotatedFile) error {
	now, begin, err := l.openLive()
	if err != nil {
		return err
	}
	if now != nil {
		defer now.Close()
	}
	stat, err := live.Stat()
	if err != nil {
		return fmt.Errorf("rotate log: %w", err)
	}
	if now == nil || l.live != idOf(stat) || begin != part.from || stat.Size() <= part.from+part.size {
		return fmt.Errorf("rotate log %s: somebody has changed it meanwhile", l.path)
	}
	return nil
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// moved enters what was taken away from the live file as a piece of its own.
func (l *Log) moved(part rotatedFile, keep bool) {
	p := &piece{file: part, start: l.start, length: part.size}
	l.start = p.end()
	l.top = max(l.top, l.start)
	if !keep {
		return
	}
	if stat, err := os.Stat(part.name(l.path)); err == nil {
		p.file.id, p.file.at = idOf(stat), stat.ModTime()
		l.pieces = append(l.pieces, p)
	}
}

// name gives the latest piece, if it was just taken, the name NAME.1. It holds mu.
func (l *Log) name() error {
	if len(l.pieces) == 0 {
		return nil
	}
	last := l.pieces[len(l.pieces)-1]
	if last.file.number != 0 {
		return nil
	}
	older := l.pieces[:len(l.pieces)-1]
	free := 1
	for i := len(older) - 1; i >= 0 && older[i].file.number == free; i-- {
		free++
	}
	for _, p := range older { // the oldest first, into the free number
		if p.file.number < free {
			if err := l.rename(p, p.file.number+1); err != nil {
				return err
			}
		}
	}
	return l.rename(last, 1)
}

func (l *Log) rename(p *piece, number int) error {
	next := p.file
	next.number = number
	err := os.Rename(p.file.name(l.path), next.name(l.path))
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // or somebody has removed it
		return fmt.Errorf("rotate log: %w", err)
	}
	p.file = next
	return nil
}

// tidy finishes what an earlier manager has left half done, and finds the rotated files.
func (l *Log) tidy() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.swept {
		if err := l.sweep(); err != nil {
			return err
		}
		l.swept = true
	}
	live, _, err := l.openLive()
	if err != nil {
		return err
	}
	if live != nil {
		live.Close()
	}
	return l.name()
}

// sweep removes what is not whole or counts no more.
func (l *Log) sweep() error {
	names, err := entriesOf(l.path)
	if err != nil {
		return err
	}
	for _, name := range names {
		suffix := strings.TrimPrefix(name, filepath.Base(l.path))
		f, ok := parseRotated(suffix)
		stale := suffix == copySuffix || strings.HasSuffix(suffix, packSuffix) || ok && !f.gzip && slices.Contains(names, name+gzipSuffix)
		if !stale && ok && f.number == 0 {
			if stat, err := os.Stat(f.name(l.path)); err == nil {
				f.size = stat.Size()
				stale = holds(l.path, f)
			}
		}
		if stale {
			if err := removeIfThere(filepath.Join(filepath.Dir(l.path), name)); err != nil {
				return fmt.Errorf("clear up after an unfinished rotation: %w", err)
			}
		}
	}
	return nil
}

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
