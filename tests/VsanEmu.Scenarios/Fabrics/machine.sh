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

# Waits until links have settled: carriers that come, and addresses that are tentative until nobody else has claimed them.
settled() {
  local before= now
  sleep 0.9
  for _ in $(seq 120); do
    now=$(machine; ip -o link)
    for netns in $(ip netns list | cut -d' ' -f1); do now+=$(ip -n "$netns" -o link; ip -n "$netns" -o addr); done
    case $now in *tentative*) before= ;; "$before") return ;; *) before=$now ;; esac
    sleep 1.1
  done
}

# as_before FILE: waits until the machine is as FILE says; else prints the difference and fails.
as_before() {
  for _ in $(seq 600); do
    machine >"$1.after"
    cmp -s "$1" "$1.after" && return
    sleep 0.05
  done
  diff "$1" "$1.after"
  return 1
}
