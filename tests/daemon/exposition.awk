# exposition.awk -- is this Prometheus' text format, as strict readers have it?
# Prints what is wrong, a line each; fails if anything is.

function wrong(why) {
	print FILENAME ":" FNR ": " why ": " $0
	bad = 1
}

# The labels of a sample, taken apart; what they are but for le is its series.
function take_labels(text,    name, first) {
	series = le = ""
	first = 1
	while (text != "") {
		if (!first && !sub(/^,/, "", text)) {
			wrong("no comma between labels")
			return
		}
		first = 0
		if (!match(text, /^[a-zA-Z_][a-zA-Z0-9_]*="/)) {
			wrong("no label")
			return
		}
		name = substr(text, 1, RLENGTH - 2)
		text = substr(text, RLENGTH + 1)
		if (!match(text, /^([^"\\]|\\["\\n])*"/)) {
			wrong("no value of a label")
			return
		}
		if (name == "le")
			le = substr(text, 1, RLENGTH - 1)
		else
			series = series name "=" substr(text, 1, RLENGTH)
		text = substr(text, RLENGTH + 1)
	}
}

# Buckets of a series come in order, count more and more, and end in +Inf.
function take_bucket(value) {
	if (le == "")
		wrong("a bucket without a bound")
	else if (le == "+Inf")
		last[series] = value
	else if (series in last || (series in bound && le + 0 <= bound[series]))
		wrong("a bucket out of order")
	else
		bound[series] = le + 0
	if (value + 0 < within[series] + 0)
		wrong("a bucket with less than the one before")
	within[series] = value
}

function end_histogram(    one) {
	for (one in total) {
		if (last[one] != total[one]) {
			print FILENAME ": " family ": +Inf is not the count"
			bad = 1
		}
	}
	split("", last)
	split("", total)
	split("", bound)
	split("", within)
}

/^# HELP / {
	end_histogram()
	if ($0 !~ /^# HELP [a-z][a-z0-9_]* [A-Z0-9].*\.$/)
		wrong("no help")
	if ($3 in known)
		wrong("a family comes again")
	known[$3] = 1
	family = $3
	type = ""
	next
}

/^# TYPE / {
	type = $4
	if (NF != 4 || $3 != family || type !~ /^(counter|gauge|histogram)$/)
		wrong("no type")
	if (type == "counter" && family !~ /_total$/)
		wrong("a counter whose name does not end in _total")
	if (type != "counter" && family ~ /_total$/)
		wrong("a total that is no counter")
	next
}

{
	if (!match($0, /^[a-zA-Z_:][a-zA-Z0-9_:]*/)) {
		wrong("no sample")
		next
	}
	name = substr($0, 1, RLENGTH)
	rest = substr($0, RLENGTH + 1)
	series = le = ""
	if (rest ~ /^\{/) {
		if (!match(rest, /^\{([^"]|"([^"\\]|\\.)*")*\} /)) {
			wrong("no labels")
			next
		}
		labels = RLENGTH
		take_labels(substr(rest, 2, labels - 3))
		rest = substr(rest, labels)
	}
	if (rest !~ /^ [0-9]+(\.[0-9]+)?$/)
		wrong("no value")
	value = substr(rest, 2)
	part = substr(name, length(family) + 1)
	if (type == "" || substr(name, 1, length(family)) != family ||
	    (type == "histogram" ? part !~ /^_(bucket|sum|count)$/ : part != ""))
		wrong("a sample of another family than " family)
	if ((name, series, le) in seen)
		wrong("a sample comes again")
	seen[name, series, le] = 1
	if (part == "_bucket")
		take_bucket(value)
	else if (le != "")
		wrong("a bound that is no bucket's")
	if (part == "_count")
		total[series] = value
	samples++
}

END {
	end_histogram()
	if (samples == 0) {
		print FILENAME ": nothing in it"
		bad = 1
	}
	exit bad
}
