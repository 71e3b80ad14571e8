:INPUT,FORWARD,OUTPUT
-j LED;;FAIL
-j LED --led-delay 5;;FAIL
-j LED --led-trigger-id "lamp";=;OK
-j LED --led-trigger-id lamp;-j LED --led-trigger-id "lamp";OK
-j LED --led-trigger-id "a \"b\"";=;OK
-j LED --led-trigger-id "lamp" --led-delay 42 --led-always-blink;=;OK
-j LED --led-always-blink --led-delay inf --led-trigger-id "lamp";-j LED --led-trigger-id "lamp" --led-delay inf --led-always-blink;OK
-j LED --led-trigger-id "lamp" --led-delay 0;-j LED --led-trigger-id "lamp";OK
-j LED --led-trigger-id "lamp" --led-delay -1;;FAIL
