"""One bot in one meeting: it joins, hears each participant apart, and sends the audio on."""
