package webhook

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// answer writes JSON that no cache keeps.
func answer(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil { // it is made of texts and numbers
		status, text = http.StatusInternalServerError, nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	w.Write(append(text, '\n')) //nolint:errcheck // who has gone does not read it
}

func tooMany(w http.ResponseWriter, wait time.Duration) {
	seconds := int((wait + time.Second - 1) / time.Second)
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	answer(w, http.StatusTooManyRequests, map[string]any{"error": "too many requests"})
}

// maxLoggedPath bounds what a caller can put into the log.
const maxLoggedPath = 100

// logRefusal tells of a request that is refused, by its path where no pipeline is meant.
func (d *Door) logRefusal(r *http.Request, now time.Time, pipeline, reason string) {
	attributes := []any{"from", sender(r), "reason", reason}
	if pipeline != "" {
		attributes = append(attributes, "pipeline", pipeline)
	} else {
		attributes = append(attributes, "path", r.URL.Path[:min(len(r.URL.Path), maxLoggedPath)])
	}
	d.server.refusals.Warn(d.server.Log, now, "refuse webhook", attributes...)
}
