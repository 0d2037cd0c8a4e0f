// A closed-loop load driver on raw sockets: each client keeps one connection and sends its next request when the last is
// answered. HttpClient would take more of the two cores than the server under test.

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FhirHub.Benchmarks.Http;

/// <summary>What a run measured; latencies in milliseconds.</summary>
public sealed record LoadResult(long Requests, double Seconds, double P50, double P99, IReadOnlyDictionary<int, long> Statuses)
{
    public double PerSecond => Requests / Seconds;

    public override string ToString() =>
        $"{PerSecond,9:N0}/s  p50 {P50,7:F2} ms  p99 {P99,7:F2} ms  {string.Join(' ', Statuses.OrderBy(s => s.Key).Select(s => $"{s.Key}:{s.Value}"))}";
}

public static class LoadDriver
{
    /// <summary>
    /// Drives the server until the time is over or <paramref name="next"/> gives null. <paramref name="next"/> gets the client's
    /// number and its count of requests.
    /// </summary>
    public static async Task<LoadResult> RunAsync(int port, int clients, TimeSpan time, Func<int, long, ReadOnlyMemory<byte>?> next)
    {
        var statuses = new Dictionary<int, long>();
        var latencies = new List<double>(1 << 16);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(() => ClientAsync(client))));
        var seconds = clock.Elapsed.TotalSeconds;
        latencies.Sort();
        double Percentile(double p) => latencies.Count == 0 ? 0 : latencies[Math.Min(latencies.Count - 1, (int)(latencies.Count * p))];
        return new LoadResult(latencies.Count, seconds, Percentile(0.5), Percentile(0.99), statuses);

        async Task ClientAsync(int client)
        {
            var connection = await RawConnection.OpenAsync(port);
            var mine = new List<double>(1 << 14);
            var seen = new Dictionary<int, long>();
            for (long i = 0; clock.Elapsed < time && next(client, i) is { } request; i++)
            {
                if (connection.IsClosed)
                {
                    connection.Dispose();
                    connection = await RawConnection.OpenAsync(port);
                }

                var start = Stopwatch.GetTimestamp();
                var status = await connection.SendAsync(request);
                mine.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                seen[status] = seen.GetValueOrDefault(status) + 1;
            }

            connection.Dispose();

            lock (latencies)
            {
                latencies.AddRange(mine);
                foreach (var (status, count) in seen)
                    statuses[status] = statuses.GetValueOrDefault(status) + count;
            }
        }
    }

    /// <summary>A request's bytes.</summary>
    public static byte[] Request(string method, string path, byte[]? body = null, params string[] headers)
    {
        var head = new StringBuilder($"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        foreach (var header in headers)
            head.Append(header).Append("\r\n");
        if (body is not null)
            head.Append($"Content-Type: application/fhir+json\r\nContent-Length: {body.Length}\r\n");
        head.Append("\r\n");
        return [.. Encoding.ASCII.GetBytes(head.ToString()), .. body ?? []];
    }
}

/// <summary>One keep-alive connection.</summary>
public sealed class RawConnection : IDisposable
{
    private readonly Socket _socket;
    private byte[] _buffer = new byte[64 * 1024];

    private RawConnection(Socket socket) => _socket = socket;

    /// <summary>The head of the last answer.</summary>
    public string Head { get; private set; } = "";

    /// <summary>Whether the server ended the connection behind its last answer.</summary>
    public bool IsClosed { get; private set; }

    public static async Task<RawConnection> OpenAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return new RawConnection(socket);
    }

    /// <summary>Sends a request and reads the whole answer; gives its status.</summary>
    public async ValueTask<int> SendAsync(ReadOnlyMemory<byte> request, bool keepHead = false)
    {
        for (var sent = 0; sent < request.Length;)
            sent += await _socket.SendAsync(request[sent..], SocketFlags.None);
        int filled = 0, headEnd;
        do
        {
            if (filled == _buffer.Length)
                Array.Resize(ref _buffer, filled * 2);
            var read = await _socket.ReceiveAsync(_buffer.AsMemory(filled), SocketFlags.None);
            if (read == 0)
                throw new IOException("The server closed the connection.");
            filled += read;
            headEnd = _buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
        }
        while (headEnd < 0);

        var head = _buffer.AsSpan(0, headEnd);
        var status = ((head[9] - '0') * 100) + ((head[10] - '0') * 10) + (head[11] - '0');
        if (keepHead)
            Head = Encoding.ASCII.GetString(head);
        await DrainAsync(headEnd + 4, filled);
        return status;
    }

    // The rest of the answer is read and not kept: an answer may be a study of hundreds of megabytes.
    private async ValueTask DrainAsync(int start, int filled)
    {
        var head = _buffer.AsSpan(0, start - 2);
        if (head.IndexOf("\r\nTransfer-Encoding: chunked"u8) >= 0)
        {
            byte[] end = [0, 0, 0, 0, 0, (byte)'\r', (byte)'\n'];
            for (var tail = _buffer.AsMemory(start, filled - start); ; tail = _buffer.AsMemory(0, await ReceiveAsync(_buffer)))
            {
                if (tail.Length < end.Length)
                    end.AsSpan(tail.Length).CopyTo(end);
                var kept = Math.Min(tail.Length, end.Length);
                tail.Span[^kept..].CopyTo(end.AsSpan(end.Length - kept));
                if (end.AsSpan().SequenceEqual("\r\n0\r\n\r\n"u8))
                    return;
            }
        }

        var at = head.IndexOf("\r\nContent-Length: "u8);
        if (at < 0)
        {
            // An answer of unknown length that is not in chunks ends with the connection.
            IsClosed = head.IndexOf("\r\nConnection: close"u8) >= 0;
            while (IsClosed && await _socket.ReceiveAsync(_buffer, SocketFlags.None) > 0)
            {
            }

            return;
        }

        if (!System.Buffers.Text.Utf8Parser.TryParse(head[(at + 18)..], out long length, out _))
            throw new IOException("Content-Length is not a number.");
        for (var left = length - (filled - start); left > 0;)
            left -= await ReceiveAsync(_buffer.AsMemory(0, (int)Math.Min(left, _buffer.Length)));
    }

    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer) =>
        await _socket.ReceiveAsync(buffer, SocketFlags.None) is > 0 and var read ? read : throw new IOException("The server closed the connection.");

    public void Dispose() => _socket.Dispose();
}
