:INPUT
-m conntrack --ctstate new,est;-m conntrack --ctstate NEW,ESTABLISHED;OK
-m conntrack --ctstate NEW,,X;;FAIL
-m conntrack ! --ctstate INVALID,UNTRACKED,SNAT,DNAT,NEW,RELATED,ESTABLISHED;-m conntrack ! --ctstate INVALID,NEW,RELATED,ESTABLISHED,UNTRACKED,SNAT,DNAT;OK
-m conntrack ! --ctproto udp;-m conntrack ! --ctproto 17;OK
# Taken by iptables, which does not do what it says.
-m conntrack --ctproto all;;FAIL
-m conntrack --ctproto 256;;FAIL
-m conntrack --ctproto 255;=;OK
# Taken by iptables, which does not do what it says.
-m conntrack --ctorigsrc 10.0.0.0/8 ! --ctorigdst 10.1.2.3/255.0.255.0 --ctreplsrc 1.2.3.4 --ctrepldst 0.0.0.0/0;;FAIL
-m conntrack --ctorigsrc 1.1.1.1,2.2.2.2;;FAIL
-m conntrack --ctorigsrcport http ! --ctorigdstport 5 --ctreplsrcport 5: --ctrepldstport 0;-m conntrack --ctorigsrcport 80 ! --ctorigdstport 5 --ctreplsrcport 5:65535 --ctrepldstport 0;OK
-m conntrack --ctorigsrcport 0:0;-m conntrack --ctorigsrcport 0;OK
# Taken by iptables, which does not do what it says.
-m conntrack --ctorigsrcport 5:0;;FAIL
-m conntrack ! --ctstatus ASSURED,EXPECTED,SEEN_REPLY,CONFIRMED;-m conntrack ! --ctstatus EXPECTED,SEEN_REPLY,ASSURED,CONFIRMED;OK
-m conntrack --ctstatus NONE,ASSURED;-m conntrack --ctstatus ASSURED;OK
-m conntrack --ctstatus none;-m conntrack --ctstatus NONE;OK
-m conntrack --ctstatus seen;-m conntrack --ctstatus SEEN_REPLY;OK
-m conntrack ! --ctexpire 5:9;=;OK
-m conntrack --ctexpire :9;-m conntrack --ctexpire 0:9;OK
-m conntrack --ctexpire 9:;-m conntrack --ctexpire 9:4294967295;OK
-m conntrack --ctexpire :;-m conntrack --ctexpire 0:4294967295;OK
-m conntrack --ctdir reply;-m conntrack --ctdir REPLY;OK
-m conntrack ! --ctdir REPLY;;FAIL
-m conntrack --ctdir REPL;;FAIL
-m conntrack --state NEW;;FAIL
-m conntrack --ctstate NEW --ctstate INVALID;;FAIL
