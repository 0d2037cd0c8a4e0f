// Blobs as objects in a bucket of S3, or of a service that speaks like it.

using System.Net;
using System.Runtime.CompilerServices;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace FhirHub.Storage.Cosmos;

/// <summary>
/// One object for each blob. Requests carry the SHA-256 of what they write in their signature; what is read is compared with the blob's own.
/// </summary>
public sealed class S3BodyBlobs : IBodyBlobs
{
    // Tries within one operation; the SDK waits longer before each.
    private const int MostRetries = 3;
    private static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(5);
    private readonly S3BlobOptions _options;
    private readonly AmazonS3Client _client;

    /// <summary>The blobs in a bucket; nothing is asked of it yet.</summary>
    public S3BodyBlobs(S3BlobOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        var config = new AmazonS3Config { ForcePathStyle = options.PathStyle, MaxErrorRetry = MostRetries, Timeout = options.Timeout, AllowAutoRedirect = false };
        if (options.Endpoint is { } endpoint)
            (config.ServiceURL, config.AuthenticationRegion) = (endpoint.ToString(), options.Region);
        else
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        _client = options.AccessKey is { } key ? new AmazonS3Client(new BasicAWSCredentials(key, options.SecretKey), config) : new AmazonS3Client(config);
    }

    /// <inheritdoc/>
    public Task WriteAsync(string name, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        var key = KeyOf(name);
        return TryAsync(
            name,
            async limited =>
            {
                using var content = new MemoryStream(BodyBlobFrame.Frame(bytes.Span), writable: false);

                // Signed in one piece: services that are not Amazon's don't all know the chunked form.
                var request = new PutObjectRequest { BucketName = _options.Bucket, Key = key, InputStream = content, UseChunkEncoding = false, ContentType = "application/octet-stream" };
                await _client.PutObjectAsync(request, limited);
                return true;
            },
            cancel);
    }

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> ReadAsync(string name, CancellationToken cancel)
    {
        var key = KeyOf(name);
        return TryAsync(
            name,
            async limited =>
            {
                var answer = await _client.GetObjectAsync(new GetObjectRequest { BucketName = _options.Bucket, Key = key }, limited);
                try
                {
                    return BodyBlobFrame.Open(name, await ReadAsync(name, answer, limited));
                }
                catch (AmazonClientException)
                {
                    // The SDK compares what it reads with the service's own checksum, where there is one.
                    throw BodyBlobFrame.Damaged(name);
                }
            },
            cancel);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancel)
    {
        var key = KeyOf(name);
        return TryAsync(name, limited => _client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = _options.Bucket, Key = key }, limited), cancel);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListAsync(string? after, DateTimeOffset before, [EnumeratorCancellation] CancellationToken cancel)
    {
        var bound = BodyBlobName.Bound(before);
        var request = new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = _options.Prefix, StartAfter = after is null ? null : KeyOf(after) };
        while (true)
        {
            var page = await TryAsync(null, limited => _client.ListObjectsV2Async(request, limited), cancel);
            foreach (var entry in page.S3Objects)
            {
                var name = entry.Key[_options.Prefix.Length..];
                if (!BodyBlobName.IsName(name))
                    continue;
                if (string.CompareOrdinal(name, bound) >= 0)
                    yield break;
                yield return name;
            }

            if (!page.IsTruncated || page.S3Objects.Count == 0)
                yield break;

            // As good as a continuation token, and good after any pause.
            request.StartAfter = page.S3Objects[^1].Key;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(string name, GetObjectResponse answer, CancellationToken cancel)
    {
        using (answer)
        {
            if (answer.ContentLength is < 0 or > BodyBlobFrame.HeaderLength + BodyBlobFrame.MostBytes)
                throw BodyBlobFrame.Damaged(name);
            var framed = GC.AllocateUninitializedArray<byte>((int)answer.ContentLength);
            var read = await answer.ResponseStream.ReadAtLeastAsync(framed, framed.Length, throwOnEndOfStream: false, cancel);
            return framed.AsMemory(0, read);
        }
    }

    private string KeyOf(string name) => _options.Prefix + BodyBlobName.Check(name);

    private async Task<T> TryAsync<T>(string? name, Func<CancellationToken, Task<T>> action, CancellationToken cancel)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(_options.Timeout);
        try
        {
            return await action(limited.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw Busy($"did not answer within {_options.Timeout.TotalSeconds:0} s");
        }
        catch (AmazonServiceException e) when (e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode != "NoSuchBucket" && name is not null)
        {
            throw BodyBlobFrame.Missing(name);
        }
        catch (AmazonServiceException e) when (e.StatusCode is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError or 0)
        {
            throw Busy($"answered {Reason(e)}");
        }
        catch (AmazonServiceException e)
        {
            throw new StoreException($"The bucket {_options.Bucket} of blobs refused a request: {Reason(e)}. Look at its address, its permissions and the access key.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or System.Net.Sockets.SocketException)
        {
            throw Busy("can't be reached");
        }
        catch (AmazonClientException e)
        {
            throw new StoreException($"The bucket {_options.Bucket} of blobs can't be asked: {e.GetType().Name}. Look at its address and at where the access key comes from.");
        }
    }

    // The service's code alone: its words may repeat what it was sent.
    private static string Reason(AmazonServiceException e) => string.IsNullOrEmpty(e.ErrorCode) ? $"{(int)e.StatusCode}" : $"{(int)e.StatusCode} {e.ErrorCode}";

    private StoreBusyException Busy(string what) => new($"The bucket {_options.Bucket} of blobs {what}. Try again later.") { RetryAfter = s_retryAfter };
}
