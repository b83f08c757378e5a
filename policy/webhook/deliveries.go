package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"
)

// maxDeliveries is how many deliveries of one pipeline are remembered. Older ones are forgotten: whoever sends one of them
// again gets a run of the newest commit, as anybody's push does.
const maxDeliveries = 256

// Deliveries are what a pipeline has been delivered and has begun a run for, oldest first. They are kept on disk, so that
// what is sent again after a restart is known, too.
type Deliveries []Delivery

// Delivery is one of them.
type Delivery struct {
	// ID is the provider's, "": it gives none; Body a digest of the body where that alone tells deliveries apart, or "".
	ID   string    `json:"id,omitempty"`
	Body string    `json:"body,omitempty"`
	Run  int       `json:"run"`
	At   time.Time `json:"at"`
}

// NewDelivery is what is remembered of a request. The id of GitHub and Gitea stands in a header that the signature does not
// cover, so that anybody who has seen a request could send it again under another id; but two pushes never have one and
// the same body there, since it tells when the repository was pushed to last. With other providers two pushes may.
func (r Rule) NewDelivery(seal Seal, e Event, body []byte) Delivery {
	d := Delivery{ID: e.Delivery}
	switch {
	case seal.SignedID != "":
		d.ID = word(seal.SignedID)
	case r.Provider == GitHub, r.Provider == Gitea, r.Provider == Forgejo:
		sum := sha256.Sum256(body)
		d.Body = hex.EncodeToString(sum[:])
	}
	return d
}

// Known finds the run that a delivery has begun before.
func (all Deliveries) Known(d Delivery) (run int, ok bool) {
	for _, other := range slices.Backward(all) {
		if d.ID != "" && d.ID == other.ID || d.Body != "" && d.Body == other.Body {
			return other.Run, true
		}
	}
	return 0, false
}

// With is what is remembered after d. The list before is not changed.
func (all Deliveries) With(d Delivery) Deliveries {
	next := append(slices.Clone(all), d)
	return next[max(0, len(next)-maxDeliveries):]
}
