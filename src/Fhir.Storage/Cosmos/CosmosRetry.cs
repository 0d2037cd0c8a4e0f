// Requests to Cosmos that were refused or got lost are made again: as the database says, within a time for each and a share of all.

using System.Globalization;
using System.Net;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>An answer of Cosmos.</summary>
/// <param name="Message">The answer; whoever gets it disposes it.</param>
/// <param name="MayBeSecond">True if an earlier try of the same request may have been executed: what it wrote is then what the answer says is in its way.</param>
internal readonly record struct CosmosAnswer(ResponseMessage Message, bool MayBeSecond);

/// <summary>Makes requests until they are answered or their time is used up. One serves a whole server, since its share of tries is the server's.</summary>
/// <param name="options">Has the time.</param>
/// <param name="repeatsUnseen">Whether the SDK itself repeats requests whose connection broke, as it does with several regions.</param>
internal sealed class CosmosRetry(CosmosStoreOptions options, bool repeatsUnseen = false)
{
    // In the long run a server makes no more second tries than first ones that succeed, so a database that has too much to do is not asked ever more.
    private const int MostTokens = 500;
    private const string HintHeader = "x-ms-retry-after-ms";
    private static readonly TimeSpan s_firstWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_clientsWait = TimeSpan.FromSeconds(2);
    private int _tokens = MostTokens;

    /// <summary>Makes a request.</summary>
    /// <param name="send">Sends it once.</param>
    /// <param name="isWrite">Whether it matters that it may have been executed though no answer came.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="StoreBusyException">The time is used up, or the share of tries is.</exception>
    /// <exception cref="StoreException">The SDK refuses the request itself.</exception>
    public async Task<CosmosAnswer> RunAsync(Func<CancellationToken, Task<ResponseMessage>> send, bool isWrite, CancellationToken cancel)
    {
        var since = Environment.TickCount64;
        var mayBeSecond = isWrite && repeatsUnseen;
        var isUnknown = false;
        for (var tries = 0; ; tries++)
        {
            var (answer, failure) = await TryAsync(send, cancel);
            if (answer is not null && !IsPassing(answer.StatusCode))
            {
                GiveBack();
                return new CosmosAnswer(answer, mayBeSecond);
            }

            // Refused for its rate, it was not executed; of anything else that is not an answer, nobody knows.
            var isThrottled = answer?.StatusCode == HttpStatusCode.TooManyRequests;
            isUnknown |= isWrite && !isThrottled;
            mayBeSecond |= isUnknown;
            var hint = HintOf(answer);
            var code = (int)(answer?.StatusCode ?? 0);
            answer?.Dispose();
            var wait = WaitBefore(tries, hint);
            if (TimeSpan.FromMilliseconds(Environment.TickCount64 - since) + wait >= options.RetryBudget || !Take())
                throw Busy(isThrottled, isUnknown, hint, code, failure);
            await Task.Delay(wait, cancel);
        }
    }

    private async Task<(ResponseMessage? Answer, Exception? Failure)> TryAsync(Func<CancellationToken, Task<ResponseMessage>> send, CancellationToken cancel)
    {
        // A connection that hangs leaves time for another.
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        attempt.CancelAfter(options.RequestTimeout);
        try
        {
            return (await send(attempt.Token), null);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException || failure is CosmosException answered && IsPassing(answered.StatusCode))
        {
            return (null, failure);
        }
        catch (CosmosException answered)
        {
            throw new StoreException($"The Cosmos database answered {(int)answered.StatusCode} to a request.") { Code = (int)answered.StatusCode };
        }
    }

    // 449: another write of the same document was at work. 410: the partition has just moved.
    private static bool IsPassing(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable or HttpStatusCode.RequestTimeout or HttpStatusCode.Gone or (HttpStatusCode)449;

    private static TimeSpan? HintOf(ResponseMessage? answer) =>
        answer?.Headers[HintHeader] is { } text && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds is >= 0 and < 600_000
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null;

    // Not all who were refused at once come again at once.
    private static TimeSpan WaitBefore(int tries, TimeSpan? hint)
    {
#pragma warning disable CA5394 // Spreads load; guards nothing.
        var spread = Random.Shared.NextDouble();
#pragma warning restore CA5394
        if (hint is { } told)
            return told + (spread * TimeSpan.FromMilliseconds(Math.Max(1, told.TotalMilliseconds / 4)));
        var longest = Math.Min(s_longestWait.TotalMilliseconds, s_firstWait.TotalMilliseconds * Math.Pow(2, Math.Min(tries, 20)));
        return TimeSpan.FromMilliseconds((longest / 2) + (spread * longest / 2));
    }

    private bool Take()
    {
        if (Interlocked.Decrement(ref _tokens) >= 0)
            return true;
        Interlocked.Increment(ref _tokens);
        return false;
    }

    private void GiveBack()
    {
        if (Volatile.Read(ref _tokens) < MostTokens)
            Interlocked.Increment(ref _tokens);
    }

    private static StoreBusyException Busy(bool isThrottled, bool isUnknown, TimeSpan? hint, int code, Exception? failure)
    {
        var reason = isThrottled ? "has more to do than its throughput allows" : code == 0 ? "does not answer" : $"is not available for the moment ({code})";
        return new StoreBusyException($"The Cosmos database {reason}.{(isUnknown ? " Whether the request was executed is not known." : "")} Try again later.", failure)
        {
            IsThrottled = isThrottled,
            IsOutcomeUnknown = isUnknown,
            RetryAfter = hint is { } told && told > s_clientsWait ? told : s_clientsWait,
        };
    }
}
