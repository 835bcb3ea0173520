"""Superset's settings. What differs from one deployment to the next comes from its environment, secrets from a private file.

It is imported by Superset under this name; docs/bi.md says what each of these is for.
"""

import json
import os
from pathlib import Path

_SECRETS = json.loads((Path(os.environ["SUPERSET_KEYS_DIR"]) / "superset.json").read_text())
_HTTPS = os.environ.get("SUPERSET_BEHIND_HTTPS", "") == "true"
_CACHE = {
    "CACHE_TYPE": "FileSystemCache",
    "CACHE_DIR": str(Path(os.environ["SUPERSET_HOME"]) / "cache"),
    "CACHE_DEFAULT_TIMEOUT": 60,  # marts are built every few minutes: a chart is at most a minute behind them
    "CACHE_THRESHOLD": 2_000,
}

APP_NAME = "BaaS Ultra"
SECRET_KEY = _SECRETS["secret_key"]
SQLALCHEMY_DATABASE_URI = os.environ["SUPERSET_METADATA_URI"]

# Browsers: a token with every write, cookies that no script reads, and no origin but ours.
WTF_CSRF_ENABLED = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _HTTPS
ENABLE_PROXY_FIX = _HTTPS
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "frame-ancestors": "'none'",
        "form-action": "'self'",
        # Its charts and its editor write their own styles, and compile their own tooltips.
        "style-src": ["'self'", "'unsafe-inline'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": _HTTPS,
    "session_cookie_secure": _HTTPS,
    "frame_options": "DENY",
    "referrer_policy": "no-referrer",
}
TALISMAN_DEV_CONFIG = TALISMAN_CONFIG

# Who may come in: logins that an administrator makes; nobody registers, nothing is public.
AUTH_USER_REGISTRATION = False
PUBLIC_ROLE_LIKE = None
AUTH_RATE_LIMITED = True
AUTH_RATE_LIMIT = "10 per minute"
RATELIMIT_STORAGE_URI = "memory://"

# What may be done: read marts. Files, other drivers and templates would be ways around the role that reads them.
PREVENT_UNSAFE_DB_CONNECTIONS = True
FEATURE_FLAGS = {
    "DASHBOARD_RBAC": True,
    "ENABLE_TEMPLATE_PROCESSING": False,
    "ALERT_REPORTS": False,
}
SQLLAB_TIMEOUT = 60
SUPERSET_WEBSERVER_TIMEOUT = 60
ROW_LIMIT = 10_000
SQL_MAX_ROW = 100_000

CACHE_CONFIG = _CACHE | {"CACHE_KEY_PREFIX": "page_"}
DATA_CACHE_CONFIG = _CACHE | {"CACHE_KEY_PREFIX": "data_"}
CURRENCIES = ["BRL", "USD", "EUR"]

# The colours of the product's own pages.
THEME_DEFAULT = {
    "token": {
        "brandAppName": APP_NAME,
        "brandLogoAlt": "Apache Superset",
        "brandLogoUrl": "/static/assets/images/superset-logo-horiz.png",
        "brandLogoMargin": "18px 0",
        "brandLogoHref": "/",
        "brandLogoHeight": "24px",
        "brandSpinnerUrl": None,
        "brandSpinnerSvg": None,
        "colorPrimary": "#4F4BC8",
        "colorLink": "#4F4BC8",
        "colorError": "#C93A55",
        "colorWarning": "#D99A00",
        "colorSuccess": "#2E9160",
        "colorInfo": "#3B8FD9",
        "fontUrls": [],
        "fontFamily": "Inter, Helvetica, Arial, sans-serif",
        "fontFamilyCode": "'IBM Plex Mono', 'Courier New', monospace",
        "transitionTiming": 0.3,
        "fontSizeXS": "8",
        "fontSizeXXL": "28",
        "fontWeightNormal": "400",
        "fontWeightLight": "300",
        "fontWeightStrong": "500",
        "colorEditorSelection": "#fff5cf",
    },
    "algorithm": "default",
}
THEME_DARK = THEME_DEFAULT | {
    "token": THEME_DEFAULT["token"] | {"colorPrimary": "#8F8BFF", "colorLink": "#8F8BFF", "colorEditorSelection": "#5c4d1a"},
    "algorithm": "dark",
}
EXTRA_CATEGORICAL_COLOR_SCHEMES = [
    {
        "id": "baas",
        "description": "",
        "label": "BaaS",
        "isDefault": True,
        "colors": [
            "#5B57D9",
            "#12A594",
            "#E0A106",
            "#D9486E",
            "#3B8FD9",
            "#8B5FCF",
            "#64748B",
            "#5AA84F",
            "#C2671B",
            "#9AA5B8",
        ],
    }
]
