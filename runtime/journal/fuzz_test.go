package journal

import (
	"bytes"
	"slices"
	"testing"
)

// FuzzEvent reads any line as one of the event log: what is taken is the same when it is written and read again.
func FuzzEvent(f *testing.F) {
	f.Add([]byte(`{"at":"2026-01-02T03:04:05.678901Z","unit":"pool.api/2","from":"active","to":"failed","reason":"exit 3"}`))
	f.Add([]byte(`{"at":"2026-01-02T03:04:05+01:00","unit":"app.a/99999999999999999999"}`))
	f.Add([]byte(`{"unit":"a/b/3"}`))
	f.Add([]byte("{"))
	f.Fuzz(func(t *testing.T, line []byte) {
		e, err := decode(line)
		if err != nil {
			return
		}
		written := encode(e)
		if bytes.Count(written, []byte("\n")) != 1 {
			t.Errorf("%q is written as %q", line, written)
		}
		again, err := decode(written)
		if err != nil || again.Unit != e.Unit || again.Worker != e.Worker {
			t.Errorf("%q is %+v, written %q, read %+v, %v", line, e, written, again, err)
		}
	})
}

// FuzzRotated takes any name as one of a file in the log directory: what is one of a rotated file is written so.
func FuzzRotated(f *testing.F) {
	for _, seed := range []string{"app.a.log.1", "app.a.log.2.gz", "app.a.log.cut-0", "app.log.log.03", "a.log.copy", ".log.-1", "x.log.cut--1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		log, ok := SplitRotated(name)
		if !ok {
			return
		}
		r, ok := parseRotated(name[len(log):])
		if !ok || r.number < 0 || r.from < 0 {
			t.Errorf("%q: %+v", name, r)
		}
		if again, ok := parseRotated(r.name("")); !ok || again != r {
			t.Errorf("%q: %+v is named %q", name, r, r.name(""))
		}
	})
}

// FuzzSplitter takes any output in any pieces: the lines are those of the whole, and none is longer than it may be.
func FuzzSplitter(f *testing.F) {
	f.Add([]byte("one\ntwo\n\nthree"), 3)
	f.Add(bytes.Repeat([]byte("x"), 3*maxLine), 1000)
	f.Fuzz(func(t *testing.T, output []byte, piece int) {
		const most = 1000 // pieces
		if piece < 1 || len(output)/piece > most {
			return
		}
		split := func(piece int) (lines []string) {
			s := &splitter{emit: func(line Line) error { lines = append(lines, line.Text); return nil }}
			for at := 0; at < len(output); at += piece {
				if err := s.feed(output[at:min(len(output), at+piece)]); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.end(); err != nil {
				t.Fatal(err)
			}
			return lines
		}
		whole, pieces := split(max(len(output), 1)), split(piece)
		if !slices.Equal(whole, pieces) {
			t.Errorf("%d lines, in pieces of %d: %d", len(whole), piece, len(pieces))
		}
		const cutMark = 64 // "[… N bytes cut]"
		for _, text := range whole {
			if len(text) > maxLine+cutMark {
				t.Errorf("a line of %d bytes", len(text))
			}
		}
	})
}
