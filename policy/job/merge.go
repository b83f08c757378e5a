package job

// What a new job becomes where the unit has a job already.
//
// The algebra, with S start, P stop, R restart, L reload:
//
//	a + a = a               asking twice is asking once; but a reload that has begun may not see the latest
//	                        changes, so a second one follows it
//	S + P, P + S            opposites: the newer cancels the older
//	R contains S and L, and R + P is an opposite too
//	S contains L            a start that has not begun will read everything anyway; one that has begun is
//	                        followed by the reload
//	P + L                   refused: nothing would be left to reload
//	S + R                   has to stop what the start brought about, so the start becomes a restart
//
// A restart in its second half is a start, and a start that first has to wait for a stop is a restart; what
// counts is what the unit does now and whether a start follows. (systemd: job_merging_table in job.c. It
// patches a running reload to run again instead of adding a second one, so the first asker waits for both.)
type merger string

const (
	join    merger = "join"    // the job that is there serves the new request too
	widen   merger = "widen"   // it becomes one of the new kind, from the beginning
	replace merger = "replace" // it is canceled, the new one takes its place
	follow  merger = "follow"  // the new one comes after it
	refuse  merger = "refuse"
)

// situation is where an installed job stands, as far as merging depends on it.
type situation string

const (
	startWaiting  situation = "start waiting"
	startRunning  situation = "start running"
	stopping      situation = "stop"             // waiting or running
	stopThenStart situation = "stop, then start" // waiting or running
	reloadWaiting situation = "reload waiting"
	reloadRunning situation = "reload running"
)

var mergers = map[situation]map[Kind]merger{
	startWaiting:  {Start: join, Stop: replace, Restart: widen, Reload: join},
	startRunning:  {Start: join, Stop: replace, Restart: widen, Reload: follow},
	stopping:      {Start: replace, Stop: join, Restart: replace, Reload: refuse},
	stopThenStart: {Start: join, Stop: replace, Restart: join, Reload: join},
	reloadWaiting: {Start: widen, Stop: replace, Restart: widen, Reload: join},
	reloadRunning: {Start: widen, Stop: replace, Restart: widen, Reload: follow},
}

func (j *Job) situation() situation {
	switch {
	case j.Now == Stop && j.Kind == Stop:
		return stopping
	case j.Now == Stop:
		return stopThenStart
	case j.Now == Start && j.State == Waiting:
		return startWaiting
	case j.Now == Start:
		return startRunning
	case j.State == Waiting:
		return reloadWaiting
	}
	return reloadRunning
}

// mergeOf is one cell of the table.
func mergeOf(installed *Job, kind Kind) merger { return mergers[installed.situation()][kind] }

// together is the same inside one transaction, where nothing has begun and a contradiction is the request's
// own: "" for start and stop of one unit at once.
func together(a, b Kind) Kind {
	switch {
	case a == b:
		return a
	case a == Stop || b == Stop:
		return ""
	case a == Restart || b == Restart:
		return Restart
	}
	return Reload // of start and reload: only what is started is reloaded
}
