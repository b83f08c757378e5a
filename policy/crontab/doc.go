// Package crontab answers for the lines by which cron starts unitd: what they are, how they get into the text of a
// crontab and out of it again with everything else untouched, and what a text says of them. Who reads and installs
// crontabs is runtime/cron. Start at Lines, Enable and Find; the format is that of crontab(5).
package crontab
