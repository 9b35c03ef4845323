# What a run must leave as it was: interfaces, addresses, routes, here and in every named namespace.
machine() {
  ip -o link | sed -E 's/ (qdisc|state|link-netns\w*) \S+//g'
  ip -o addr
  ip route
  for netns in $(ip netns list | cut -d' ' -f1 | sort); do
    echo "-- $netns"
    ip -n "$netns" -o addr
    ip -n "$netns" route
  done
}

# as_before FILE: waits until the machine is as FILE says; else prints the difference and fails.
as_before() {
  for _ in $(seq 60); do
    machine >"$1.after"
    cmp -s "$1" "$1.after" && return
    sleep 0.05
  done
  diff "$1" "$1.after"
  return 1
}
