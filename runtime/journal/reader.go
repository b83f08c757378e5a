package journal

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
)

// maxUnpacked is how many compressed files all readers together hold open between two reads. What is more is opened
// for each read, and unpacked from its begin: slower, but files are few for an account.
const maxUnpacked = 8

// reader reads the bytes of a log in their order, whatever file they are in by then. It holds no file open between two
// reads but a compressed one, which close gives back.
type reader struct {
	log *Log
	at  Position
	// parted is set when what was read last does not go on with what was read before: bytes between were removed, or
	// the file is another one.
	parted bool
	// missed says why a rotated file, or the rest of it, was passed over before what was read last; who reads takes it
	// away. What can be read of the others is better than nothing.
	missed error

	packed *packed
}

// packed is a compressed file that is being read. What it has is found by its inode whatever its name becomes.
type packed struct {
	piece  *piece
	file   *os.File
	zip    *gzip.Reader
	broken error // why there is nothing more to be had of it
}

// read reads into block what follows; 0 without an error: there is nothing more by now.
func (r *reader) read(block []byte) (int, error) {
	for {
		if r.packed != nil {
			if n := r.unpack(block); n > 0 {
				return n, nil
			}
			continue
		}
		n, more, err := r.step(block)
		if n > 0 || err != nil || !more {
			return n, err
		}
	}
}

// step reads from a plain file, or opens a compressed one; more: it is worth another try.
func (r *reader) step(block []byte) (n int, more bool, err error) {
	l := r.log
	l.mu.Lock()
	defer l.mu.Unlock()
	live, begin, err := l.openLive()
	if err != nil {
		return 0, false, err
	}
	if live != nil {
		defer live.Close()
	}
	p, at := l.find(r.at)
	r.parted = r.parted || at != r.at || slices.Contains(l.breaks, at)
	r.at = at
	switch {
	case p == nil && live == nil:
		return 0, false, nil
	case p == nil:
		n, err = readSome(live, block, begin+int64(at-l.start))
	case p.file.gzip:
		r.openPacked(p)
		return 0, true, nil
	default:
		n, err = readPiece(l.path, p, block[:min(int64(len(block)), int64(p.end()-at))], int64(at-p.start))
		if err != nil {
			r.miss(p, err)
			return 0, true, nil
		}
		if n == 0 { // removed by hand, or shortened
			r.at = p.end()
			l.forget(p)
			return 0, true, nil
		}
	}
	r.at += Position(n)
	return n, false, err
}

func readPiece(path string, p *piece, block []byte, offset int64) (int, error) {
	file, err := openForReading(p.file.name(path))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer file.Close()
	return readSome(file, block, offset)
}

func readSome(file *os.File, block []byte, offset int64) (int, error) {
	n, err := file.ReadAt(block, offset)
	if err != nil && !errors.Is(err, io.EOF) {
		return n, fmt.Errorf("read log: %w", err)
	}
	return n, nil
}

// miss passes over what is left of a rotated file.
func (r *reader) miss(p *piece, why error) {
	r.at = max(r.at, p.end())
	r.missed, r.parted = why, true
}

// openPacked opens the compressed file that r.at is in.
func (r *reader) openPacked(p *piece) {
	file, err := openForReading(p.file.name(r.log.path))
	if errors.Is(err, fs.ErrNotExist) {
		r.at = p.end()
		r.log.forget(p)
		return
	}
	if err != nil {
		r.miss(p, err)
		return
	}
	zip, err := gzip.NewReader(file)
	if err == nil {
		_, err = io.CopyN(io.Discard, zip, int64(r.at-p.start))
	}
	if errors.Is(err, io.EOF) { // it ends before its begin, or before this place
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		file.Close()
		r.miss(p, fmt.Errorf("read log %s: %w", file.Name(), err))
		return
	}
	r.packed = &packed{piece: p, file: file, zip: zip}
	r.log.unpacked.Add(1)
}

// unpack reads from the compressed file that is open.
func (r *reader) unpack(block []byte) int {
	p := r.packed
	if p.broken != nil {
		r.close()
		r.miss(p.piece, p.broken)
		return 0
	}
	n, err := io.ReadFull(p.zip, block)
	r.at += Position(n)
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) && r.at >= p.piece.end():
		r.at = max(r.at, p.piece.end())
		r.close()
		return n
	case err != nil:
		p.broken = fmt.Errorf("read log %s: %w", p.file.Name(), err)
		return n
	}
	if r.log.unpacked.Load() > maxUnpacked {
		r.close()
	}
	return n
}

func (r *reader) close() {
	if r.packed != nil {
		r.packed.file.Close()
		r.log.unpacked.Add(-1)
		r.packed = nil
	}
}

// readUntil feeds what there is from the reader's place to another one to f.
func (r *reader) readUntil(ctx context.Context, end Position, block []byte, f func([]byte) error) error {
	for r.at < end {
		n, err := r.read(block[:min(int64(len(block)), int64(end-r.at))])
		if n == 0 || err != nil {
			return err
		}
		if err := f(block[:n]); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}
