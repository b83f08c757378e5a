package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

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
