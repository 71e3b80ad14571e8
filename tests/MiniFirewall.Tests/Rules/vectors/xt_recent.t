:INPUT
-m recent --rcheck --reap --name e;;FAIL
-m recent --set --rttl;;FAIL
-m recent --remove --rttl;;FAIL
-m recent --set --seconds 5;;FAIL
-m recent --set --hitcount 5;;FAIL
-m recent --remove --hitcount 5;;FAIL
-m recent --rcheck --seconds 0;;FAIL
-m recent --set --update;;FAIL
-m recent --name x;;FAIL
-m recent --set --name "a/b";;FAIL
-m recent --set --name "";;FAIL
# Taken by iptables, which does not do what it says.
-m recent --update --name foo --mask 24;;FAIL
-m recent;;FAIL
