package lifecycle

import (
	"fmt"
	"slices"
	"time"
)

// Clients of a pool never wait for long without an answer. Where no worker has been ready for as long as its
// `unavailable` block says, or where people have asked for it (`maintenance on`), the manager itself answers them,
// and those who wait in the queues of workers that are not ready too. Once a worker is ready, and nobody wants it
// otherwise, new connections go to workers at once. They are not answered while a worker waits for a check that may
// need them (stray.go).

// attend sees to the clients, and says whether they are to go to workers again.
func (p *Pool) attend(s *step) (back bool) {
	if !p.hasClients() {
		return false
	}
	if p.def.Unavailable == nil { // it is to listen nowhere any more
		p.UnreadySince, p.Keeping = time.Time{}, ""
		return p.admit()
	}
	switch {
	case p.Ready() > 0:
		p.UnreadySince = time.Time{}
	case p.UnreadySince.IsZero():
		p.UnreadySince = s.in.Now
	}
	p.keepClients(s.in.Now)
	due := p.Maintenance || p.unreadyFor(s.in.Now) && p.Keeping == ""
	if !due && (p.Answer == nil || p.admits()) {
		return p.admit()
	}
	p.answer(s)
	return false
}

// admits reports that clients have somebody to go to.
func (p *Pool) admits() bool { return !p.halted() && p.Phase != Backoff && len(p.targets()) > 0 }

// admit ends the answering where clients can go to workers again, and says whether there was any.
func (p *Pool) admit() bool {
	if p.Answer == nil || !p.admits() {
		return false
	}
	p.Answer, p.AnswerAgain = nil, time.Time{}
	p.Diverting++
	return true
}

// hasClients reports a pool whose listeners are open, and are not being closed.
func (p *Pool) hasClients() bool { return p.Listening && p.Closing == 0 }

// unreadyFor reports that no worker has been ready for too long.
func (p *Pool) unreadyFor(now time.Time) bool {
	return !p.UnreadySince.IsZero() && passed(p.UnreadySince.Add(p.def.Unavailable.After), now)
}

// answer has the clients answered, unless they are already, and as the unit file says now.
func (p *Pool) answer(s *step) {
	if p.Answer != nil && *p.Answer == *p.def.Unavailable && !passed(p.AnswerAgain, s.in.Now) {
		return
	}
	p.Answer, p.AnswerAgain, p.Steered = p.def.Unavailable, time.Time{}, nil
	p.Diverting++
	s.do(Action{Do: Answer, Unavailable: p.Answer, Slots: p.servedSlots()})
}

// servedSlots are those whose queues have somebody who serves them.
func (p *Pool) servedSlots() []int {
	var served []int
	for _, w := range p.Workers {
		if w.Process.Phase.Up() || w.Process.Phase == Draining {
			served = append(served, w.Slot)
		}
	}
	slices.Sort(served)
	return served
}

// answerAt is when clients are answered if nothing happens until then; zero: never by time.
func (p *Pool) answerAt() time.Time {
	switch {
	case !p.hasClients() || p.def == nil || p.def.Unavailable == nil:
		return time.Time{}
	case p.Answer != nil:
		return p.AnswerAgain
	case p.UnreadySince.IsZero() || p.Keeping != "":
		return time.Time{}
	}
	return p.UnreadySince.Add(p.def.Unavailable.After)
}

// diverted takes in where new connections go now, and what was in the way of something better.
func (p *Pool) diverted(s *step) {
	p.Diverting--
	if !p.hasClients() {
		return // it has let go meanwhile
	}
	if p.Diverted && !s.ev.OK {
		p.AdmittedAt = s.in.Now
	}
	p.Diverted, p.DivertNote = s.ev.OK, s.ev.Err
	if p.Answer != nil && !p.Diverted && s.ev.Err != "" {
		p.AnswerAgain = s.in.Now.Add(tryAgain)
	}
}

// maintain is what people say about maintenance. Said again, the page is read again.
func (p *Pool) maintain(s *step) {
	p.Maintenance = s.ev.OK
	if p.Maintenance && p.Answer != nil {
		p.AnswerAgain = s.in.Now
	}
}

// Clients says in words what becomes of clients while they do not go to workers; "": they do.
func (p *Pool) Clients() string {
	var text string
	switch {
	case p.Answer == nil && p.Keeping != "":
		text = p.Keeping
	case p.Answer == nil && p.Lobby != nil && p.Lobby.Open:
		text = "every worker is about to reach its max_requests: new clients wait for the next replacement"
	case p.Answer == nil || !p.Diverted:
	case p.Maintenance:
		text = fmt.Sprintf("maintenance: answering %d", p.Answer.Status)
	default:
		text = fmt.Sprintf("no worker ready: answering %d", p.Answer.Status)
	}
	if p.DivertNote == "" {
		return text
	}
	if text == "" {
		return p.DivertNote
	}
	return text + " (" + p.DivertNote + ")"
}

// Attended reports that new connections go where they are meant to go.
func (p *Pool) Attended() bool { return p.Diverting == 0 && p.Diverted == (p.Answer != nil) }

// unattend forgets the clients of a pool that does not listen.
func (p *Pool) unattend() {
	p.UnreadySince, p.AnswerAgain, p.Answer, p.Diverted, p.DivertNote = time.Time{}, time.Time{}, nil, false, ""
	p.AdmittedAt, p.Keeping = time.Time{}, ""
}
