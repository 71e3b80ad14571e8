:INPUT
-m conntrack --ctorigsrc 10.1.2.3/8;=;OK
-m conntrack --ctorigsrc 0.0.0.0;=;OK
-m conntrack --ctorigsrc 2001:db8::1/64;;FAIL
-m conntrack --ctorigsrc ::/0;;FAIL
-m conntrack --ctstate NEW --ctdir REPLY --ctproto 6 --ctexpire 5 --ctstatus ASSURED --ctorigsrcport 5 --ctorigsrc 1.1.1.1;-m conntrack --ctstate NEW --ctproto 6 --ctorigsrc 1.1.1.1 --ctorigsrcport 5 --ctstatus ASSURED --ctexpire 5 --ctdir REPLY;OK
