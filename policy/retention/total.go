package retention

import (
	"cmp"
	"slices"
)

// Removal is a rotated file to remove.
type Removal struct {
	Path string // of its log
	File File
}

// Cut is how many bytes of a live file are too many.
type Cut struct {
	Path  string
	Bytes int64
}

// Excess says what has to go so that all logs together take no more than most bytes; 0: they may take what they like.
// The oldest rotated files go first, whosever they are. Only when none is left live files lose their begin, the largest
// first, down to where they are all of one size.
func Excess(logs []Log, most int64) (remove []Removal, cuts []Cut) {
	if most <= 0 {
		return nil, nil
	}
	var total int64
	var files []Removal
	for _, log := range logs {
		total += log.Live
		for _, f := range log.Rotated {
			total += f.Bytes
			files = append(files, Removal{log.Path, f})
		}
	}
	slices.SortStableFunc(files, func(a, b Removal) int {
		return cmp.Or(a.File.At.Compare(b.File.At), cmp.Compare(b.File.Number, a.File.Number), cmp.Compare(a.Path, b.Path))
	})
	for _, f := range files {
		if total <= most {
			return remove, nil
		}
		total -= f.File.Bytes
		remove = append(remove, f)
	}
	if total > most {
		cuts = level(logs, total-most)
	}
	return remove, cuts
}

// level takes bytes from the largest live files, until none has more than another one that is cut.
func level(logs []Log, excess int64) (cuts []Cut) {
	bySize := slices.Clone(logs)
	slices.SortStableFunc(bySize, func(a, b Log) int { return cmp.Or(cmp.Compare(b.Live, a.Live), cmp.Compare(a.Path, b.Path)) })
	// The height at which the cut parts above add up to the excess: with the n largest cut, if that leaves the next one
	// below it.
	var sum, height int64
	for n, log := range bySize {
		sum += log.Live
		height = (sum - excess) / int64(n+1)
		if n+1 == len(bySize) || height >= bySize[n+1].Live {
			break
		}
	}
	for _, log := range bySize {
		if over := log.Live - max(height, 0); over > 0 {
			cuts = append(cuts, Cut{log.Path, over})
		}
	}
	return cuts
}
