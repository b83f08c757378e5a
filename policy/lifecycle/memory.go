package lifecycle

import (
	"fmt"

	"unitd/units"
)

// overran ends what uses more memory than the unit's limit at once: what it takes the others of the account lack, and a
// program that grows does not stop to do so because it is asked to.
func (p *Process) overran(s *step) {
	if p.isHook(s.ev) {
		s.do(Action{Do: Kill, Run: p.HookRun}) // it has failed
		return
	}
	if p.Phase == Killing || p.Phase == Abandoned {
		return
	}
	if p.Ending == "" {
		p.Ending = units.ReasonOOM
	}
	if p.EndingNote == "" {
		p.EndingNote = fmt.Sprintf("it used %s, its memory limit is %s", mebibytes(s.ev.Bytes), mebibytes(p.def.Limits.Memory))
	}
	if p.Phase == Stopping {
		p.killHook(s)
	} else {
		p.breakOff(s)
	}
	p.At = StepSignal
	p.sayEnding()
	p.kill(s)
}

// mebibytes writes a number of bytes for people, rounded up, so that what is more than a limit reads so.
func mebibytes(n int64) string { return fmt.Sprintf("%d MiB", (n+1<<20-1)>>20) }
