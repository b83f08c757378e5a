package journal

import (
	"context"
	"time"
)

const (
	// pollInterval is how often followed files are looked at; inotify does not work on NFS homes and its
	// instances are few for an account.
	pollInterval = 200 * time.Millisecond
	// holdPartial is how long a line without newline is waited for to be completed.
	holdPartial = time.Second
	// maxPerPoll bytes of one file are read before the others have their turn.
	maxPerPoll = 1 << 20
)

// follow calls emit for what is written to the logs from where the streams are.
func follow(ctx context.Context, q Query, streams []*stream, emit func(Line) error) error {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-ticker.C:
			for _, s := range streams {
				if err := s.poll(ctx, now, emit); err != nil {
					return unlessDone(ctx, q, err)
				}
			}
			if !q.Until.IsZero() && now.After(q.Until) {
				return nil
			}
		}
	}
}
