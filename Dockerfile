# Build:  docker build --build-arg TORCH_INDEX=<index of PyTorch's CPU wheels> -t kws-explorer .
# Run:    docker run --rm -p 8501:8501 kws-explorer
# Without TORCH_INDEX (its address is on pytorch.org under "Get started") an x86-64 image holds
# gigabytes of CUDA files that the app never uses.
FROM python:3.13-slim

ARG TORCH_INDEX=""

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

# The app runs as a user who owns nothing. librosa's compiled functions go where any user may write,
# also over a read-only image.
ENV NUMBA_CACHE_DIR=/tmp/numba
RUN useradd --no-create-home --uid 10001 app
WORKDIR /app

# Before the sources, so that a change of the app does not install everything again.
COPY requirements.txt .
RUN pip install ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} -r requirements.txt

COPY . .
# The user can't write what Python compiles, so each start would compile it again.
RUN python -m compileall -q kws_core
USER app
EXPOSE 8501

HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]

# Inside a container "localhost" would be out of everyone's reach.
CMD ["python", "-m", "streamlit", "run", "streamlit_app.py", \
     "--server.address=0.0.0.0", "--server.port=8501", "--server.headless=true"]
