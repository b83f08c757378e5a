package rotation

import (
	"context"
	"errors"
	"maps"
	"slices"

	"unitd/policy/retention"
	"unitd/runtime/journal"
)

// limitTotal brings all logs together within what they may take.
func (k *Keeper) limitTotal() {
	k.mu.Lock()
	most := k.most
	var found []retention.Log
	for _, path := range slices.Sorted(maps.Keys(k.logs)) {
		found = append(found, k.logs[path].found)
	}
	k.mu.Unlock()
	remove, cuts := retention.Excess(found, most)
	touched := map[string]bool{}
	for _, r := range remove {
		touched[r.Path] = true
		if err := k.config.Logs.At(r.Path).Remove(journal.Position(r.File.ID)); err != nil {
			k.config.Logger.Warn("bring all logs within max_total", "error", err)
		}
	}
	for _, c := range cuts {
		touched[c.Path] = true
		k.cutTo(c)
	}
	for path := range touched {
		k.surveyAgain(path)
	}
}

// cutTo drops the begin of a live file.
func (k *Keeper) cutTo(c retention.Cut) {
	k.mu.Lock()
	foreign := k.logs[c.Path].file.Foreign
	k.mu.Unlock()
	r, err := k.config.Logs.At(c.Path).Drop(c.Bytes, !foreign || journal.AllAppend(c.Path))
	switch {
	case err != nil:
		k.config.Logger.Warn("bring all logs within max_total", "error", err)
	case r.Bytes > 0:
		k.config.Logger.Warn("all logs together are larger than max_total: dropped the begin of a log", "log", c.Path, "bytes", r.Bytes)
	}
}

func (k *Keeper) surveyAgain(path string) {
	k.mu.Lock()
	file := k.logs[path].file
	k.mu.Unlock()
	if found, err := survey(k.config.Logs.At(path), file); err == nil {
		k.found(path, found)
	}
}

// found enters what a log was found to be.
func (k *Keeper) found(path string, found retention.Log) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.logs[path].found = found
}

// compress has rotated files compressed beside, one after the other, as long as there are some.
func (k *Keeper) compress(ctx context.Context) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.compressing || len(k.compressible()) == 0 {
		return
	}
	k.compressing = true
	k.beside.Go(func() {
		for more := true; more; {
			more = k.compressRound(ctx)
		}
	})
}

// compressible are the logs that have a rotated file to compress. It holds mu.
func (k *Keeper) compressible() []File {
	var files []File
	for _, path := range slices.Sorted(maps.Keys(k.logs)) {
		if _, ok := retention.Compressible(k.logs[path].found); ok {
			files = append(files, k.logs[path].file)
		}
	}
	return files
}

// compressRound compresses one file of each log that has one, and reports whether there are more. What cannot be
// compressed is tried again after the next look at a log.
func (k *Keeper) compressRound(ctx context.Context) (more bool) {
	k.mu.Lock()
	files := k.compressible()
	k.mu.Unlock()
	for _, file := range files {
		on := k.config.Logs.At(file.Path)
		before, err := survey(on, file)
		if f, ok := retention.Compressible(before); ok && err == nil {
			err = on.Compress(ctx, journal.Position(f.ID))
			more = more || err == nil
		}
		if err != nil && !errors.Is(err, context.Canceled) {
			k.config.Logger.Warn("compress a rotated log", "error", err)
		}
		k.surveyAgain(file.Path)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	more = more && ctx.Err() == nil && len(k.compressible()) > 0
	k.compressing = more
	return more
}
