"""Features of Chromium that are off in a bot's browser, as the one switch that it takes."""

from __future__ import annotations

#: What costs memory and no page sees (docs/decisions/0088): renderers for suggestions below an
#: address bar that nobody types into, and one kept ready for the next site.
_LEAN = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "SpareRendererForSitePerProcess",
)
#: What Playwright 1.64 turns off by the same switch. Chromium takes the last one alone, ours.
_PLAYWRIGHT = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "DialMediaRouteProvider",
    "GlobalMediaControls",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "BlockOriginHeaderModificationOnRedirect",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "Translate",
    "AutoDeElevate",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "msForceBrowserSignIn",
    "msEdgeUpdateLaunchServicesPreferredVersion",
)

#: The whole switch.
FEATURES_OFF = f"--disable-features={','.join((*_PLAYWRIGHT, *_LEAN))}"
