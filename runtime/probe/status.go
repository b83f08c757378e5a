package probe

import (
	"fmt"
	"strconv"
	"strings"
)

// StatusRange is a range of HTTP statuses, both ends included.
type StatusRange struct{ From, To int }

// Statuses are the HTTP statuses that count as well.
type Statuses []StatusRange

// ParseStatuses reads the form of unit files: "204" or "200-399", statuses from 100 to 599.
func ParseStatuses(list []string) (Statuses, error) {
	var statuses Statuses
	for _, text := range list {
		first, last, isRange := strings.Cut(text, "-")
		if !isRange {
			last = first
		}
		from, err := parseStatus(text, first)
		if err != nil {
			return nil, err
		}
		to, err := parseStatus(text, last)
		if err != nil {
			return nil, err
		}
		if from > to {
			return nil, fmt.Errorf("read status range %q: its first status is above its last", text)
		}
		statuses = append(statuses, StatusRange{From: from, To: to})
	}
	return statuses, nil
}

func parseStatus(whole, text string) (int, error) {
	status, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || status < 100 || status > 599 {
		return 0, fmt.Errorf(`read status range %q: want a status from 100 to 599, or two as in "200-399"`, whole)
	}
	return status, nil
}

// Contain says whether status lies in one of the ranges.
func (s Statuses) Contain(status int) bool {
	for _, r := range s {
		if r.From <= status && status <= r.To {
			return true
		}
	}
	return false
}

// String writes the ranges as unit files do, separated by commas.
func (s Statuses) String() string {
	texts := make([]string, len(s))
	for i, r := range s {
		texts[i] = strconv.Itoa(r.From)
		if r.To != r.From {
			texts[i] += "-" + strconv.Itoa(r.To)
		}
	}
	return strings.Join(texts, ", ")
}
