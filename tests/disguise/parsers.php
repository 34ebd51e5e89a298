<?php

// What PHP itself has made of the Cookie header.

foreach ($_COOKIE as $name => $value) {
    if (is_string($value)) {
        echo bin2hex($name), '=', bin2hex($value), "\n";
    }
}
