package unavailable

import (
	"bytes"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// Answer is what clients get. It does not change.
type Answer struct {
	code   int
	status string  // "503 Service Unavailable"
	fields []field // of the header, but for Date
	body   []byte
}

type field struct{ name, value string }

// Page is the body of an answer.
type Page struct {
	Name string // of its file, which says by its ending what it is; "": the body says it
	Body []byte
}

// NewAnswer makes an answer of a status (400 to 599). Without a page it is a few words of HTML. retryAfter is
// rounded up to whole seconds, which is what the field Retry-After counts in (RFC 9110, section 10.2.3); 0: the
// answer has none.
func NewAnswer(status int, retryAfter time.Duration, page Page) *Answer {
	text := http.StatusText(status)
	if text == "" {
		text = "Unavailable"
	}
	seconds := int64((retryAfter + time.Second - 1) / time.Second)
	if page.Body == nil {
		page = ownPage(status, text, seconds)
	}
	a := &Answer{code: status, status: fmt.Sprintf("%d %s", status, text), body: page.Body}
	a.fields = []field{{"Content-Type", page.contentType()}, {"Content-Length", strconv.Itoa(len(page.Body))}}
	if seconds > 0 {
		a.fields = append(a.fields, field{"Retry-After", strconv.FormatInt(seconds, 10)})
	}
	a.fields = append(a.fields, field{"Cache-Control", "no-store"}, field{"Connection", "close"})
	return a
}

// ownPage is the page of a pool that has none.
func ownPage(status int, text string, seconds int64) Page {
	again := "Please try again later."
	if seconds > 0 {
		again = fmt.Sprintf("Please try again in %d seconds.", seconds)
	}
	return Page{Name: "page.html", Body: fmt.Appendf(nil,
		"<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>%[1]d %[2]s</title>\n<h1>%[2]s</h1>\n<p>%[3]s</p>\n</html>\n",
		status, text, again)}
}

// contentType goes by the ending of the page's name, or by its first bytes.
func (p Page) contentType() string {
	switch strings.ToLower(path.Ext(p.Name)) {
	case ".html", ".htm":
		return "text/html; charset=utf-8"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".json":
		return "application/json"
	case ".xml":
		return "application/xml"
	}
	return http.DetectContentType(p.Body)
}

// message is the answer as it is sent; to HEAD without its body (RFC 9110, section 9.3.2).
func (a *Answer) message(now time.Time, head bool) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %s\r\nDate: %s\r\n", a.status, now.UTC().Format(http.TimeFormat))
	for _, f := range a.fields {
		fmt.Fprintf(&b, "%s: %s\r\n", f.name, f.value)
	}
	b.WriteString("\r\n")
	if !head {
		b.Write(a.body)
	}
	return b.Bytes()
}

// ServeHTTP sends the answer where a server of HTTP has read the request.
func (a *Answer) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	for _, f := range a.fields {
		w.Header().Set(f.name, f.value)
	}
	w.WriteHeader(a.code)
	_, _ = w.Write(a.body) // fails only where the client is gone; the server sends none to HEAD
}
