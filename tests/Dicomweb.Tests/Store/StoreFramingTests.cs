// Requests as raw bytes on a socket: odd framings, bodies that break off, lengths that are wrong, and requests made to hurt.

using System.Net;
using System.Net.Sockets;
using System.Text;
using FhirHub.Dicom.Tests;

namespace FhirHub.Dicomweb.Tests;

public class StoreFramingTests(StoreFramingTests.Bounded service) : IClassFixture<StoreFramingTests.Bounded>
{
    private const string Multipart = "Content-Type: multipart/related; type=\"application/dicom\"; boundary=b";

    /// <summary>A service with limits that a test can reach.</summary>
    public sealed class Bounded : DicomwebFixture
    {
        protected override DicomwebOptions Configure(DicomwebOptions options) => options with { InstanceBytes = 300_000, RequestInstances = 50 };
    }

    [Fact]
    public async Task Lines_that_end_with_a_line_feed_only_are_read()
    {
        var instances = SentInstance.Of(2);
        byte[] body = [.. "--b\nContent-Type: application/dicom\n\n"u8, .. instances[0].ToFile(), .. "\n--b\n\n"u8, .. instances[1].ToFile(), .. "\n--b--\n"u8];
        Assert.StartsWith("HTTP/1.1 200", await SendAsync($"{Multipart}\r\nContent-Length: {body.Length}", body), StringComparison.Ordinal);
        Assert.Equal(instances[0].ToFile(), await service.StoredBytesAsync(instances[0].Path));
        Assert.Equal(instances[1].ToFile(), await service.StoredBytesAsync(instances[1].Path));
    }

    [Fact]
    public async Task A_chunked_body_is_read_wherever_its_chunks_end()
    {
        var instances = SentInstance.Of(3);
        var body = Body(instances);
        using var chunked = new MemoryStream();
        for (var at = 0; at < body.Length; at += 13)
        {
            var chunk = body.AsSpan(at, Math.Min(13, body.Length - at));
            chunked.Write(Encoding.ASCII.GetBytes($"{chunk.Length:x}\r\n"));
            chunked.Write(chunk);
            chunked.Write("\r\n"u8);
        }

        chunked.Write("0\r\n\r\n"u8);
        Assert.StartsWith("HTTP/1.1 200", await SendAsync($"{Multipart}\r\nTransfer-Encoding: chunked", chunked.ToArray()), StringComparison.Ordinal);
        Assert.Equal(instances[2].ToFile(), await service.StoredBytesAsync(instances[2].Path));
    }

    [Fact]
    public async Task Of_a_request_whose_end_is_missing_the_whole_instances_are_stored()
    {
        var instances = SentInstance.Of(3);
        var body = Body(instances)[..^20];
        var answer = await SendAsync($"{Multipart}\r\nContent-Length: {body.Length}", body);
        Assert.StartsWith("HTTP/1.1 202", answer, StringComparison.Ordinal);
        Assert.Contains("ends within a part", answer, StringComparison.Ordinal);
        Assert.Equal((bool[])[true, true, false], await AreStoredAsync(instances));
    }

    [Fact]
    public async Task A_client_that_breaks_off_leaves_nothing_of_the_instance_that_it_was_sending()
    {
        var instances = SentInstance.Of(6);
        var body = Body(instances);
        using (var connection = await ConnectAsync())
        {
            await WriteAsync(connection, Head($"{Multipart}\r\nContent-Length: {body.Length}"));
            await WriteAsync(connection, body.AsMemory(0, body.Length - 60));

            // What is whole is stored without the end of the request; the instance that is not is stored at no time.
            while (!(await AreStoredAsync(instances))[4])
                await Task.Delay(10);
            connection.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        Assert.Equal(200, (await service.Client.StoreAsync(SentInstance.New().ToFile())).Status);
        Assert.Equal((bool[])[true, true, true, true, true, false], await AreStoredAsync(instances));
        var again = await service.Client.StoreAsync(instances.Select(instance => instance.ToFile()));
        Assert.Equal(200, again.Status);
        Assert.Equal(6, again.Stored.Count);
    }

    [Fact]
    public async Task A_body_shorter_than_its_length_stores_no_half_instance()
    {
        var instance = SentInstance.New();
        var file = instance.ToFile();
        using (var connection = await ConnectAsync())
        {
            await WriteAsync(connection, Head($"Content-Type: application/dicom\r\nContent-Length: {file.Length + 100}"));
            await WriteAsync(connection, file);
            connection.Shutdown(SocketShutdown.Send);
            try
            {
                await ReadAsync(connection, toEnd: true);
            }
            catch (SocketException)
            {
                // The server has nothing to say to half a request.
            }
        }

        Assert.Equal((bool[])[false], await AreStoredAsync(instance));
    }

    [Fact]
    public async Task An_instance_that_is_too_large_is_413_and_what_came_before_it_is_stored()
    {
        var instances = SentInstance.Of(3);
        byte[] large = [.. instances[1].ToFile(), .. new byte[400_000]];
        var alone = await service.Client.StoreAsync(StoreCalls.Content(large, "application/dicom"));
        Assert.Equal(413, alone.Status);
        Assert.Equal([(instances[1].Instance, 0xA700)], alone.Failed);

        var some = await service.Client.StoreAsync(instances[0].ToFile(), large, instances[2].ToFile());
        Assert.Equal(202, some.Status);
        Assert.Equal([instances[0].Instance], some.Stored);
        Assert.Equal([(instances[1].Instance, 0xA700)], some.Failed);
        Assert.Equal([0xA700], some.OtherFailures);
        Assert.Equal((bool[])[true, false, false], await AreStoredAsync(instances));
    }

    [Fact]
    public async Task More_instances_than_a_request_may_have_are_refused_and_told()
    {
        var reply = await service.Client.StoreAsync(SentInstance.Of(60).Select(instance => instance.ToFile()));
        Assert.Equal(202, reply.Status);
        Assert.Equal(50, reply.Stored.Count);
        Assert.Equal([0xA700], reply.OtherFailures);
        Assert.Contains("50", reply.Comments[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Thousands_of_tiny_parts_cost_no_more_than_the_limit_allows()
    {
        var parts = Enumerable.Repeat("--b\r\n\r\nx\r\n", 20_000);
        var reply = await service.Client.StoreAsync(StoreCalls.Content(Encoding.ASCII.GetBytes(string.Concat(parts) + "--b--"), "multipart/related; type=\"application/dicom\"; boundary=b"));
        Assert.Equal(413, reply.Status);
        Assert.Equal(51, reply.OtherFailures.Count);
    }

    [Theory]
    [InlineData("--b\r\nX: ", 1_000_000)]
    [InlineData("--b\r\nX", 1_000_000)]
    [InlineData("--b\r\nX: 1\r\n", 1)]
    [InlineData("", 1_000_000)]
    public async Task Headers_and_preambles_without_end_are_400(string start, int filling)
    {
        var body = Encoding.ASCII.GetBytes(start + new string('a', filling));
        Assert.Equal(400, (await service.Client.StoreAsync(StoreCalls.Content(body, "multipart/related; type=\"application/dicom\"; boundary=b"))).Status);
    }

    [Fact]
    public async Task A_value_full_of_almost_boundaries_is_stored()
    {
        var instance = SentInstance.New();
        var pixels = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("\r\n--bx\r\n--b\r-", 10_000)));
        byte[] file = [.. instance.ToFile(), .. new TestFile().Element(0x7FE10010, "OB", pixels).ToArray()];
        byte[] body = [.. "--b\r\n\r\n"u8, .. file, .. "\r\n--b--"u8];
        Assert.Contains(instance.Instance, (await service.Client.StoreAsync(StoreCalls.Content(body, "multipart/related; type=\"application/dicom\"; boundary=b"))).Stored);
        Assert.Equal(file, await service.StoredBytesAsync(instance.Path));
    }

    [Fact]
    public async Task Answers_come_after_a_client_that_waits_for_100_continue()
    {
        var instance = SentInstance.New();
        var file = instance.ToFile();
        using var connection = await ConnectAsync();
        await WriteAsync(connection, Head($"Content-Type: application/dicom\r\nExpect: 100-continue\r\nContent-Length: {file.Length}"));
        Assert.StartsWith("HTTP/1.1 100", await ReadAsync(connection), StringComparison.Ordinal);
        await WriteAsync(connection, file);
        Assert.StartsWith("HTTP/1.1 200", await ReadAsync(connection), StringComparison.Ordinal);
    }

    private static byte[] Body(params SentInstance[] instances)
    {
        using var body = new MemoryStream();
        foreach (var instance in instances)
            body.Write([.. "--b\r\nContent-Type: application/dicom\r\n\r\n"u8, .. instance.ToFile(), .. "\r\n"u8]);
        body.Write("--b--\r\n"u8);
        return body.ToArray();
    }

    private static byte[] Head(string fields) => Encoding.ASCII.GetBytes($"POST /dicomweb/studies HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n\r\n");

    private async Task<bool[]> AreStoredAsync(params SentInstance[] instances)
    {
        var stored = await service.Archive.FindAsync(ImageScope.Full, new(instances[0].Study), default);
        return [.. instances.Select(instance => stored.Any(found => found.Path == instance.Path))];
    }

    private async Task<Socket> ConnectAsync()
    {
        var connection = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await connection.ConnectAsync(IPAddress.Loopback, new Uri(service.Base).Port);
        return connection;
    }

    private async Task<string> SendAsync(string fields, byte[] body)
    {
        using var connection = await ConnectAsync();
        await WriteAsync(connection, Head($"{fields}\r\nConnection: close"));
        await WriteAsync(connection, body);
        return await ReadAsync(connection, toEnd: true);
    }

    private static async Task WriteAsync(Socket connection, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await connection.SendAsync(bytes)..];
    }

    private static async Task<string> ReadAsync(Socket connection, bool toEnd = false)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (await connection.ReceiveAsync(buffer) is > 0 and var count)
        {
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
            if (!toEnd && text.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
                break;
        }

        return text.ToString();
    }
}
