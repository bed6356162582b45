"""A post reaches those who follow it: once each, and nobody who did not ask or has left."""

import models

State = models.State


async def publish(write, *newsletters, **more):
    post = await write(**more)
    await post.publish(newsletters=newsletters)
    return post


async def test_a_post_reaches_who_wants_it_once(site, reader, write, post):
    main = await models.Newsletter.main(site)
    corrie, tag = await models.Author.named(site.id, "Corrie"), await models.Tag.named(site.id, "Buren")
    followed = [("newsletter", main.id), ("author", corrie.id), ("tag", tag.id)]
    ann, bob, eve = reader("ann@example.org"), reader("bob@example.org"), reader("eve@example.org")
    await ann.joins(topics=followed, name="Ann")
    await bob.joins(topics=[("author", corrie.id)])
    await eve.asks()  # and never says yes
    await publish(write, main, title="Over de heg", authors=[corrie], tags=[tag])
    await post.comes()
    [letter, *_] = post.letters("ann@example.org")
    print(letter.text); print(letter.html); print(letter.headers)
    print(await models.Issue.all().values())
    print(await (await models.Issue.get()).progress())
    assert [letter.subject for letter in post.letters("bob@example.org")][0] == "Over de heg"
    assert 0
