import { share } from './figures.ts';
import { Html, html } from './html.ts';
import type { ReportedImage, ReportedPicture } from './reported-evaluation.ts';

/** The alphabet of base64 needs no escaping. */
function inPage({ bytes }: ReportedPicture, words: string): Html {
  const source = new Html(`data:image/jpeg;base64,${Buffer.from(bytes).toString('base64')}`);
  return html`<img src="${source}" alt="${words}" />`;
}

function card(
  names: readonly string[],
  { path, label, predicted, probability, labelProbability, picture, heat }: ReportedImage,
): Html {
  const [own, taken] = [names[label] ?? '', names[predicted] ?? ''];
  return html`<figure class="card">
    <div class="pictures">
      ${picture ? inPage(picture, path) : html`<div class="gone">The image is no longer there.</div>`}
      ${heat ? inPage(heat, `Where the network looked for ${taken}`) : null}
    </div>
    <figcaption>
      <b><bdi>${own}</bdi></b>
      ${
        label === predicted
          ? html`<span class="good figure">${share(probability)}</span>`
          : html`<span class="figure">${share(labelProbability)}</span>, taken for <b><bdi>${taken}</bdi></b>
              <span class="figure">${share(probability)}</span>`
      }
      <span class="path"><bdi>${path}</bdi></span>
    </figcaption>
  </figure>`;
}

/** Images with what was made of them; nothing where there are none. */
export function imageCards(
  title: string,
  lead: string,
  names: readonly string[],
  images: readonly ReportedImage[],
): Html | null {
  if (images.length === 0) return null;
  return html`<section>
    <h2>${title}</h2>
    <p class="muted">${lead}</p>
    <div class="${images.some(({ heat }) => heat !== null) ? 'cards pairwise' : 'cards'}">
      ${images.map((image) => card(names, image))}
    </div>
  </section>`;
}
