<?php
/*
 * PHP's own sessions: visitors have one, too, and the login changes its id.
 */

session_start();

$path = parse_url($_SERVER["REQUEST_URI"], PHP_URL_PATH);

// a path of this site, or the page
$next = $_REQUEST["next"] ?? "";
if (!preg_match('~^/(?![/\\\\])~', $next)) {
    $next = "/page";
}

if ($path == "/login" && $_SERVER["REQUEST_METHOD"] == "POST") {

    if (($_POST["csrf"] ?? "") !== ($_SESSION["csrf"] ?? null)) {
        http_response_code(400);
        exit;
    }
    if ($_POST["password"] !== $_SERVER["PASSWORD"]) {
        http_response_code(403);
        exit;
    }

    session_regenerate_id();
    $_SESSION["user"] = $_POST["username"];
    header("Location: $next", true, 303);

} elseif ($path == "/login") {

    $_SESSION["csrf"] = bin2hex(random_bytes(8));
    print '<form method="post">'
        . '<input type="hidden" name="csrf" value="' . $_SESSION["csrf"] . '">'
        . '<input type="hidden" name="next" value="'
        . htmlspecialchars($next) . '">'
        . '<input name="username"><input name="password" type="password">'
        . '<button>Log in</button></form>';

} elseif ($path == "/logout") {

    // as PHP's manual does it
    $_SESSION = [];
    $p = session_get_cookie_params();
    setcookie(session_name(), "", time() - 42000, $p["path"], $p["domain"],
              $p["secure"], $p["httponly"]);
    session_destroy();
    header("Location: /login?next=" . urlencode($next), true, 303);

} elseif (isset($_SESSION["user"])) {

    print "<p>The letters of " . htmlspecialchars($_SESSION["user"]) . "</p>";

} else {

    header("Location: /login", true, 302);
}
