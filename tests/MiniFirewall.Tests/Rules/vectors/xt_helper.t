:INPUT
-m helper --helper ftp;=;OK
-m helper ! --helper ftp-2121;=;OK
-m helper --helper "";=;OK
-m helper --helper "a b";=;OK
-m helper --helper aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;-m helper --helper aaaaaaaaaaaaaaaaaaaaaaaaaaaaa;OK
-m helper;;FAIL
