/* The browsers, and how they differ. */

import puppeteer from 'puppeteer-core';

const CHROMIUM = {
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
           '--disable-background-networking', '--disable-component-update',
           '--disable-sync', '--lang=en-US',
           '--disable-features=PreloadTopChromeWebUI,'
           + 'SpareRendererForSitePerProcess'],
};

const FIREFOX = {
    browser: 'firefox',
    executablePath: process.env.FIREFOX || '/usr/bin/firefox-esr',
    extraPrefsFirefox: {
        'dom.disable_beforeunload': false,
        'browser.sessionhistory.max_total_viewers': 40,
    },
};

const started = new Set();

/* prefs: Firefox's settings */
export async function launch(name, prefs = {}) {
    const options = name === 'chromium' ? CHROMIUM : {
        ...FIREFOX,
        extraPrefsFirefox: { ...FIREFOX.extraPrefsFirefox, ...prefs },
    };
    const browser = await puppeteer.launch({
        ...options,
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
        timeout: 60000,
        protocolTimeout: 60000,
    });

    started.add(browser);
    return browser;
}

export async function close(browser) {
    const timer = setTimeout(() => kill(browser), 10000);

    try {
        await browser.close();
    } catch {
        kill(browser);
    }

    clearTimeout(timer);
    started.delete(browser);
}

/* A browser is the leader of a process group of its own. */
function kill(browser) {
    const { pid } = browser.process();

    for (const id of [-pid, pid]) {
        try {
            process.kill(id, 'SIGKILL');
        } catch {
            /* it is gone */
        }
    }
}

export function killAll() {
    for (const browser of started) {
        kill(browser);
    }
}
