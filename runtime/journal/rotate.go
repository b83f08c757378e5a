package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
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
