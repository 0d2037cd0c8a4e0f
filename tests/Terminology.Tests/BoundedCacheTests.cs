// What is kept, what is forgotten, and that one thing is made once.

namespace FhirHub.Terminology.Tests;

public sealed class BoundedCacheTests
{
    [Fact]
    public void What_was_used_longest_ago_goes_first()
    {
        var cache = new BoundedCache<int>(10);
        cache.Set("a", 1, 4);
        cache.Set("b", 2, 4);
        Assert.True(cache.TryGet("a", out _));
        cache.Set("c", 3, 4);
        Assert.False(cache.TryGet("b", out _));
        Assert.True(cache.TryGet("a", out var a) && a == 1);
    }

    [Fact]
    public void What_is_too_heavy_is_kept_alone_until_something_else_comes()
    {
        var cache = new BoundedCache<int>(10);
        cache.Set("a", 1, 4);
        cache.Set("heavy", 2, 100);
        Assert.True(cache.TryGet("heavy", out _));
        Assert.False(cache.TryGet("a", out _));
        cache.Set("a", 1, 4);
        Assert.False(cache.TryGet("heavy", out _));
    }

    [Fact]
    public async Task Many_who_ask_at_once_wait_for_one_making()
    {
        var cache = new BoundedCache<int>(10);
        var (made, start) = (0, new TaskCompletionSource());
        using var impatient = new CancellationTokenSource();
        var first = cache.GetAsync("a", MakeAsync, impatient.Token).AsTask();
        var others = Enumerable.Range(0, 10).Select(_ => cache.GetAsync("a", MakeAsync, default).AsTask()).ToList();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        start.SetResult();
        Assert.All(await Task.WhenAll(others), value => Assert.Equal(7, value));
        Assert.Equal(1, made);

        async ValueTask<(int, long)> MakeAsync()
        {
            made++;
            await start.Task;
            return (7, 1);
        }
    }

    [Fact]
    public async Task What_could_not_be_made_is_tried_again()
    {
        var cache = new BoundedCache<int>(10);
        await Assert.ThrowsAsync<InvalidOperationException>(() => cache.GetAsync("a", () => throw new InvalidOperationException(), default).AsTask());
        Assert.Equal(1, await cache.GetAsync("a", () => ValueTask.FromResult((1, 1L)), default));
    }
}
