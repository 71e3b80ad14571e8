:INPUT
-m conntrack --ctorigsrc 10.1.2.3/8;;FAIL
-m conntrack --ctorigsrc 0.0.0.0;;FAIL
-m conntrack --ctorigsrc 2001:db8::1/64;=;OK
-m conntrack --ctorigsrc ::/0;=;OK
-m conntrack --ctstate NEW --ctdir REPLY --ctproto 6 --ctexpire 5 --ctstatus ASSURED --ctorigsrcport 5 --ctorigsrc 1.1.1.1;;FAIL
