// A bucket that is busy, refuses, hangs or is not there: what the store says of it.

using System.Net;
using System.Text;
using FhirHub.Smart.Tests;
using FhirHub.Storage.Cosmos;

namespace FhirHub.Storage.Tests.Cosmos;

public sealed class S3BodyBlobsTests(S3Server server) : IClassFixture<S3Server>
{
    private const string Secret = "a secret that nobody may see";
    private static readonly string s_name = BodyBlobName.Create(DateTimeOffset.UtcNow);

    [NodeFact]
    public async Task A_bucket_that_is_not_there_and_an_unknown_access_key_are_told_without_the_secret()
    {
        using var missing = new S3BodyBlobs(server.Options() with { Bucket = "none-such" });
        using var wrong = new S3BodyBlobs(server.Options() with { AccessKey = "nobody", SecretKey = Secret });
        Assert.Contains("NoSuchBucket", (await Assert.ThrowsAsync<StoreException>(() => missing.ReadAsync(s_name, default))).Message, StringComparison.Ordinal);
        var fault = await Assert.ThrowsAsync<StoreException>(() => wrong.WriteAsync(s_name, new byte[1], default));
        Assert.Contains("InvalidAccessKeyId", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_are_shown_without_the_secret() =>
        Assert.DoesNotContain(Secret, new S3BlobOptions { Bucket = "records", AccessKey = "key", SecretKey = Secret }.ToString(), StringComparison.Ordinal);

    [Fact]
    public async Task A_short_fault_of_the_service_is_tried_again()
    {
        await using var service = new S3Service((count, answer) => answer.StatusCode = count == 1 ? 503 : 200);
        using var blobs = new S3BodyBlobs(service.Options);
        await blobs.WriteAsync(s_name, new byte[100], default);
        Assert.Equal(2, service.Count);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_service_that_stays_busy_is_told_with_a_time_to_try_again(int status)
    {
        await using var service = new S3Service((_, answer) => answer.StatusCode = status);
        using var blobs = new S3BodyBlobs(service.Options);
        Assert.NotNull((await Assert.ThrowsAsync<StoreBusyException>(() => blobs.DeleteAsync(s_name, default))).RetryAfter);
    }

    [Fact]
    public async Task A_refusal_is_not_tried_again()
    {
        await using var service = new S3Service((_, answer) => answer.StatusCode = 403);
        using var blobs = new S3BodyBlobs(service.Options);
        Assert.Contains("403", (await Assert.ThrowsAsync<StoreException>(() => blobs.WriteAsync(s_name, new byte[1], default))).Message, StringComparison.Ordinal);
        Assert.Equal(1, service.Count);
    }

    [Fact]
    public async Task A_service_that_does_not_answer_is_given_up()
    {
        using var held = new SemaphoreSlim(0);
        await using var service = new S3Service((_, _) => held.Wait());
        using var blobs = new S3BodyBlobs(service.Options with { Timeout = TimeSpan.FromMilliseconds(300) });
        await Assert.ThrowsAsync<StoreBusyException>(() => blobs.ReadAsync(s_name, default));
        using var cancelled = new CancellationTokenSource();
        var asked = blobs.ReadAsync(s_name, cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        held.Release(100);
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_busy()
    {
        Uri endpoint;
        await using (var service = new S3Service(static (_, _) => { }))
            endpoint = service.Options.Endpoint!;
        using var blobs = new S3BodyBlobs(new S3BlobOptions { Endpoint = endpoint, Bucket = "records", PathStyle = true, AccessKey = "key", SecretKey = Secret });
        await Assert.ThrowsAsync<StoreBusyException>(() => blobs.WriteAsync(s_name, new byte[1], default));
    }

    [Fact]
    public async Task An_answer_that_is_too_long_is_not_read()
    {
        await using var service = new S3Service(static (_, answer) =>
        {
            answer.ContentLength64 = 1L << 40;
            answer.OutputStream.Write(Encoding.ASCII.GetBytes("x"));
        });
        using var blobs = new S3BodyBlobs(service.Options);
        Assert.Contains("damaged", (await Assert.ThrowsAsync<StoreException>(() => blobs.ReadAsync(s_name, default))).Message, StringComparison.Ordinal);
    }

    // Answers as it is told; a count of the requests goes with it.
    private sealed class S3Service : IAsyncDisposable
    {
        private readonly HttpListener _listener;
        private readonly Task _run;
        private int _count;

        public S3Service(Action<int, HttpListenerResponse> answer)
        {
            (_listener, var address) = Listen();
            Options = new S3BlobOptions { Endpoint = address, Bucket = "records", PathStyle = true, AccessKey = "key", SecretKey = Secret };
            _run = Task.Run(() => RunAsync(answer));
        }

        public S3BlobOptions Options { get; }

        public int Count => _count;

        public async ValueTask DisposeAsync()
        {
            _listener.Close();
            await _run;
        }

        private static (HttpListener Listener, Uri Address) Listen()
        {
            while (true)
            {
                var listener = new HttpListener();
                var address = $"http://127.0.0.1:{Random.Shared.Next(20_000, 60_000)}/";
                listener.Prefixes.Add(address);
                try
                {
                    listener.Start();
                    return (listener, new Uri(address));
                }
                catch (HttpListenerException)
                {
                    // Somebody has the port.
                    listener.Close();
                }
            }
        }

        private async Task RunAsync(Action<int, HttpListenerResponse> answer)
        {
            while (true)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                _ = Task.Run(() =>
                {
                    try
                    {
                        context.Request.InputStream.CopyTo(Stream.Null);
                        answer(Interlocked.Increment(ref _count), context.Response);
                        context.Response.Close();
                    }
                    catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException or InvalidOperationException)
                    {
                        // The client is gone.
                    }
                });
            }
        }
    }
}
