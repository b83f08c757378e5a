package rotation

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"unitd/policy/retention"
	"unitd/runtime/journal"
)

// look brings one log within its bounds, and says when to look at it again.
func (k *Keeper) look(log *kept, now time.Time) {
	k.mu.Lock()
	file, orphan, before := log.file, log.orphan, log.found
	k.mu.Unlock()
	on := k.config.Logs.At(file.Path)
	if !orphan {
		k.sayReplaced(file, on.Replaced())
	}
	found, err := survey(on, file)
	if err != nil {
		k.complain(file, err)
		k.again(log, now.Add(retention.Latest))
		return
	}
	growth := retention.Growth{Live: found.Live, Grown: found.Live - before.Live, Elapsed: now.Sub(log.looked)}
	if log.looked.IsZero() {
		growth.Grown = 0 // before unitd looked at it first
	}
	more, err := k.cutLive(on, file, &found)
	if err == nil {
		err = k.removeSurplus(on, &found, now)
	}
	k.complain(file, err)
	wait, quiet := retention.Next(growth, file.Rules)
	switch {
	case err != nil:
		wait, quiet = retention.Latest, false
	case more:
		wait, quiet = 0, false
	}
	k.found(file.Path, found)
	log.looked = now
	if !quiet {
		k.again(log, now.Add(wait))
		return
	}
	k.rest(log, file, found, orphan, now)
}

// rest waits for the next write, or for a rotated file to get too old.
func (k *Keeper) rest(log *kept, file File, found retention.Log, orphan bool, now time.Time) {
	expiry := retention.Expiry(found)
	if soonest := now.Add(retention.Latest); !expiry.IsZero() && expiry.Before(soonest) && !k.clock.Believed() {
		expiry = soonest
	}
	if orphan {
		k.again(log, expiry)
		return
	}
	watched := k.watcher.watch(found.Path, file.Foreign)
	// What was written since the look, before there was a watch, counts as one that the watch has told.
	after, err := survey(k.config.Logs.At(file.Path), file)
	if !watched || err != nil {
		k.again(log, now.Add(retention.Latest))
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	log.watched, log.due = true, expiry
	if after.Live != found.Live {
		log.due = now.Add(retention.Soonest)
	}
}

func (k *Keeper) again(log *kept, at time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	log.due = at
}

// survey looks at a log's files.
func survey(on *journal.Log, file File) (retention.Log, error) {
	usage, err := on.Usage()
	if err != nil {
		return retention.Log{}, err
	}
	found := retention.Log{Path: file.Path, Live: usage.Live, Rules: file.Rules}
	for _, r := range usage.Rotated {
		found.Rotated = append(found.Rotated, retention.File{
			ID: int64(r.Start), Number: r.Number, Bytes: r.Bytes, At: r.At, Compressed: r.Compressed,
		})
	}
	return found, nil
}

// rotationsAtOnce of one log are made before others have their turn: one that is far beyond a small max_size takes thousands.
const rotationsAtOnce = 16

// cutLive cuts a live file that is too large, and reports whether it is to be looked at again for that at once.
func (k *Keeper) cutLive(on *journal.Log, file File, found *retention.Log) (more bool, err error) {
	drop, rotations := retention.Cuts(found.Live, file.Rules)
	if drop == 0 && rotations == 0 {
		return false, nil
	}
	appends := !file.Foreign || journal.AllAppend(file.Path)
	if drop > 0 {
		if _, err := on.Drop(drop, appends); err != nil {
			return false, err
		}
	}
	for range min(rotations, rotationsAtOnce) {
		r, err := on.Rotate(file.Rules.MaxSize, appends)
		if full(err) {
			r, err = k.makeRoom(on, file, appends)
		}
		if err != nil {
			return false, err
		}
		k.sayTruncated(file, r)
		if more = rotations > rotationsAtOnce && r.Bytes > 0 && !r.Truncated; r.Bytes == 0 || r.Truncated {
			break
		}
	}
	after, err := survey(on, file)
	if err == nil {
		*found = after
	}
	return more, err
}

// makeRoom rotates on a full disk: older files of the log make room for newer ones, and if that does not help, the begin
// of the live file is dropped. So a log on a full disk only gets smaller, and others are not touched.
func (k *Keeper) makeRoom(on *journal.Log, file File, appends bool) (journal.Rotation, error) {
	before, err := survey(on, file)
	if err != nil {
		return journal.Rotation{}, err
	}
	for _, oldest := range before.Rotated {
		if err := on.Remove(journal.Position(oldest.ID)); err != nil {
			return journal.Rotation{}, err
		}
		k.config.Logger.Warn("the disk or the quota is full: removed a rotated log", "log", file.Path, "bytes", oldest.Bytes)
		if r, err := on.Rotate(file.Rules.MaxSize, appends); !full(err) {
			return r, err
		}
	}
	r, err := on.Drop(file.Rules.MaxSize, appends)
	if err == nil && r.Bytes > 0 {
		k.config.Logger.Warn("the disk or the quota is full: dropped the begin of a log", "log", file.Path, "bytes", r.Bytes)
	}
	return r, err
}

func full(err error) bool {
	return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) || errors.Is(err, unix.EFBIG)
}

// removeSurplus removes rotated files that are too many or too old.
func (k *Keeper) removeSurplus(on *journal.Log, found *retention.Log, now time.Time) error {
	surplus := retention.Surplus(*found, now, k.clock.Believed())
	for _, f := range surplus {
		if err := on.Remove(journal.Position(f.ID)); err != nil {
			return err
		}
	}
	if len(surplus) == 0 {
		return nil
	}
	after, err := survey(on, File{Path: found.Path, Rules: found.Rules})
	if err == nil {
		*found = after
	}
	return err
}
